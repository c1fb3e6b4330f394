pub struct Attempt;
