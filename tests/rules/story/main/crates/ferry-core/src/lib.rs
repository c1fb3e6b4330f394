pub fn deliver() {}
