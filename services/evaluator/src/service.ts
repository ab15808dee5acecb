import { CollmError, type ErrorCode } from "@collm/errors";
import type { EvaluatorServiceServer, evaluator as proto } from "@collm/proto";
import { serverStream, toProtoEvaluationResult, toProtoSupernet, unary } from "@collm/rpc";
import type { EvaluationOutcome } from "@collm/search";
import type { EvaluationRunner } from "./evaluation-runner.js";
import type { HostedSupernet } from "./hosted-supernet.js";
import { progressStream } from "./progress-stream.js";

/** Bytes of one piece of an exported model, well under gRPC's message limit. */
const pieceBytes = 256 * 1024;

/** The evaluator's rpcs; generated types stop here. */
export function createEvaluatorService(
  runner: EvaluationRunner,
  supernets: ReadonlyMap<string, HostedSupernet>,
): EvaluatorServiceServer {
  return {
    listSupernets: unary<proto.ListSupernetsRequest, proto.ListSupernetsResponse>(async () => ({
      supernets: [...supernets.values()].map(({ info }) => toProtoSupernet(info)),
    })),

    describeSupernet: unary<proto.DescribeSupernetRequest, proto.DescribeSupernetResponse>(
      async ({ name }) => ({ supernet: toProtoSupernet(runner.supernet(name).info) }),
    ),

    evaluate: serverStream<proto.EvaluateRequest, proto.EvaluateResponse>(async function* (
      { supernet, canonical, contextDigest },
      { signal },
    ) {
      const events = progressStream((onProgress) =>
        runner.run({ supernet, canonical, contextDigest }, { signal, onProgress }),
      );
      for await (const event of events) {
        yield event.kind === "progress"
          ? { event: { $case: "progress", value: event.progress } }
          : { event: { $case: "result", value: resultOf(event.result) } };
      }
    }),

    openTest: unary<proto.OpenTestRequest, proto.OpenTestResponse>(
      async ({ supernet, canonical, contextDigest }, { signal }) => ({
        result: resultOf(await runner.openTest({ supernet, canonical, contextDigest }, { signal })),
      }),
    ),

    exportSubnet: serverStream<proto.ExportSubnetRequest, proto.ExportSubnetResponse>(
      async function* ({ supernet, canonical }, { signal }) {
        const model = await runner.exportModel({ supernet, canonical }, signal);
        for (let start = 0; start < model.length; start += pieceBytes) {
          yield { piece: Buffer.from(model.subarray(start, start + pieceBytes)) };
        }
      },
    ),
  };
}

function resultOf(outcome: EvaluationOutcome): proto.EvaluationResult {
  if (outcome.kind === "completed") {
    return toProtoEvaluationResult(outcome.result, outcome.isStored);
  }
  // The runner's failures are errors of ours, whose codes are statuses.
  throw new CollmError(outcome.code as ErrorCode, outcome.message);
}
