import { CollmError } from "@collm/errors";
import { EvaluatorServiceClient, type evaluator } from "@collm/proto";
import { connect, unary } from "@collm/rpc";
import { parseSearchId } from "@collm/search";
import { expect, it, onTestFinished } from "vitest";
import { resultOf, startNeighbours } from "./neighbours.fixture.js";
import { measureTest } from "./test-request.js";

/** One of several behind one list of addresses; it serves one supernet in one context. */
async function startEvaluator(supernet: string, contextDigest: string) {
  const asked: evaluator.OpenTestRequest[] = [];
  const server = await startNeighbours({
    evaluator: {
      openTest: unary(async (request: evaluator.OpenTestRequest) => {
        asked.push(request);
        if (request.supernet !== supernet) throw new CollmError("not-found", "another supernet");
        if (request.contextDigest !== contextDigest) {
          throw new CollmError("failed-precondition", "another context");
        }
        return { result: resultOf(request.canonical) };
      }),
    },
  });
  onTestFinished(async () => void (await server.drain(0)));
  return { address: `127.0.0.1:${server.port}`, asked };
}

it("is measured by the evaluator of its supernet and context, whoever is asked first", async () => {
  const evaluators = [
    await startEvaluator("other", "context-1"),
    await startEvaluator("tiny", "context-2"),
    await startEvaluator("tiny", "context-1"),
  ];
  const client = connect(EvaluatorServiceClient, evaluators.map(({ address }) => address).join());
  onTestFinished(() => client.close());
  const request = {
    ...{ supernet: "tiny", contextDigest: "context-1" },
    ...{ searchId: parseSearchId("s"), canonical: "r12/k3e1" },
  };
  const { top1Percent } = resultOf(request.canonical);
  for (let i = 0; i < 4; i++) {
    expect(await measureTest(client, request, 5_000)).toMatchObject({ top1Percent });
  }
  // Each was asked, and the two others refused.
  for (const { asked } of evaluators) expect(asked.length).toBeGreaterThan(0);
});
