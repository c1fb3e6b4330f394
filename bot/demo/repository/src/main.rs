use axum::{routing::get, Router};

mod tickets;

#[tokio::main]
async fn main() {
    let app = Router::new().route("/tickets", get(tickets::list));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.expect("the port is free");
    axum::serve(listener, app).await.expect("the server runs");
}
