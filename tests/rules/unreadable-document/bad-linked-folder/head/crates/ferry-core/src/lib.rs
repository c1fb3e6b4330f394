pub fn deliver() { retry() }
