pub fn limit() {}
