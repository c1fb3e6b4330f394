// A receiver with Probot: node probot_server.mjs empty|naive STUB_PORT PORT SECRET
import { createServer } from "node:http";
import { Probot, ProbotOctokit, createNodeMiddleware } from "probot";

const [kind, stubPort, port, secret] = process.argv.slice(2);

// Without its throttle, which allows one write a second.
const Octokit = ProbotOctokit.defaults((options) => ({
  ...options,
  throttle: { enabled: false },
  retry: { enabled: false },
}));

const app = (probot) => {
  probot.on("pull_request", async (context) => {
    if (kind === "empty") return;
    const { number, head } = context.payload.pull_request;
    const repo = { owner: "acme", repo: "ferry" };
    await context.octokit.rest.pulls.listFiles({ ...repo, pull_number: number });
    await context.octokit.rest.repos.getContent({ ...repo, path: "specs/001-x/plan.md", ref: head.sha });
    await context.octokit.rest.checks.create({ ...repo, name: "naive", head_sha: head.sha });
  });
};

const probot = new Probot({
  secret,
  githubToken: "token",
  baseUrl: `http://127.0.0.1:${stubPort}`,
  logLevel: "fatal",
  Octokit,
});
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhook" });
createServer((request, response) =>
  middleware(request, response, () => {
    response.statusCode = 404;
    response.end();
  }),
).listen(Number(port), "127.0.0.1");
