#[test]
fn an_empty_desk_has_no_tickets() {}
