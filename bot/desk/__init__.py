"""The verdict on a working copy: check, draft and init."""
