pub fn deliver() { fix() }
