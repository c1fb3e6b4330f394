use axum::{http::StatusCode, Json};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Report {
    pub category: String,
    pub request: String,
}

pub async fn create(Json(_report): Json<Report>) -> (StatusCode, Json<u64>) {
    (StatusCode::CREATED, Json(1))
}
