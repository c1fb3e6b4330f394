pub mod attempt;
