use axum::Json;
use serde::Serialize;

#[derive(Serialize)]
pub struct Ticket {
    pub id: u64,
    pub subject: String,
}

pub async fn list() -> Json<Vec<Ticket>> {
    Json(Vec::new())
}
