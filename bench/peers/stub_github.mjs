// A GitHub without latency: node stub_github.mjs PORT
import { createServer } from "node:http";

createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.setHeader("Content-Type", "application/json");
    response.end("{}");
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
