"""From documents to findings: the judge, the caps on severity, waivers and the digest."""
