pub mod attempt;
pub mod schedule;
