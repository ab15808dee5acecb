import {
  CoordinatorServiceService,
  EvaluatorServiceService,
  GeneratorServiceService,
  NavigatorServiceService,
} from "@collm/proto";
import type { SearchEvent } from "@collm/search";
import { publishedOfaSpec } from "@collm/search-space";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromProtoEvaluationResult,
  fromProtoSupernet,
  toProtoEvaluationResult,
  toProtoSupernet,
} from "./convert-evaluator.js";
import { fromProtoEvent, toProtoEvent } from "./convert-event.js";
import {
  fromProtoCandidatesAnswer,
  fromProtoJointAnswer,
  fromProtoStrategyAnswer,
  toProtoCandidatesAnswer,
  toProtoJointAnswer,
  toProtoStrategyAnswer,
} from "./convert-role-answers.js";
import {
  fromProtoCandidatesRequest,
  fromProtoJointRequest,
  fromProtoStrategyRequest,
  toProtoCandidatesRequest,
  toProtoJointRequest,
  toProtoStrategyRequest,
} from "./convert-roles.js";
import { roleLabel } from "./role-label.js";

interface Codec<T> {
  serialize(message: T): Buffer;
  deserialize(bytes: Buffer): T;
}

/** Through the wire format, so that what protobuf cannot express shows. */
function throughWire<T>({ serialize, deserialize }: Codec<T>, message: T): T {
  return deserialize(serialize(message));
}

const strategyCodec = {
  serialize: NavigatorServiceService.proposeStrategy.requestSerialize,
  deserialize: NavigatorServiceService.proposeStrategy.requestDeserialize,
};
const candidatesCodec = {
  serialize: GeneratorServiceService.proposeCandidates.requestSerialize,
  deserialize: GeneratorServiceService.proposeCandidates.requestDeserialize,
};
const strategyAnswerCodec = {
  serialize: NavigatorServiceService.proposeStrategy.responseSerialize,
  deserialize: NavigatorServiceService.proposeStrategy.responseDeserialize,
};
const jointCodec = {
  serialize: NavigatorServiceService.proposeStrategyAndCandidates.requestSerialize,
  deserialize: NavigatorServiceService.proposeStrategyAndCandidates.requestDeserialize,
};
const jointAnswerCodec = {
  serialize: NavigatorServiceService.proposeStrategyAndCandidates.responseSerialize,
  deserialize: NavigatorServiceService.proposeStrategyAndCandidates.responseDeserialize,
};
const candidatesAnswerCodec = {
  serialize: GeneratorServiceService.proposeCandidates.responseSerialize,
  deserialize: GeneratorServiceService.proposeCandidates.responseDeserialize,
};

/** Objects as literals make them; fast-check also likes those without a prototype. */
const record = ((model: object, constraints: object = {}) =>
  fc.record(model as Record<string, fc.Arbitrary<unknown>>, {
    ...constraints,
    noNullPrototype: true,
  })) as typeof fc.record;

const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom("\n", '"', "\\", "\0", "a", "é", "語", "😀") }),
);
/** JSON as it is after one trip through text (no negative zero). */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));
const notation = json.filter(
  (value) => typeof value === "string" || (typeof value === "object" && value !== null),
);
const cost = record({ macs: count, officialFlops: count, paramsCount: count });
const percent = fc.double({ min: 0, max: 100, noNaN: true });
const space = fc.constantFrom(publishedOfaSpec(1.0), publishedOfaSpec(1.2));

const task = record(
  {
    limits: record({ maxFlops: count, maxMacs: count, maxParams: count }, { requiredKeys: [] }),
    targetTop1Percent: percent,
  },
  { requiredKeys: ["limits"] },
);
const trial = record(
  {
    candidateId: text,
    canonical: text,
    notation,
    cost,
    top1Percent: percent,
    isFeasible: fc.boolean(),
    repairs: fc.array(text, { minLength: 1, maxLength: 3 }),
  },
  {
    requiredKeys: ["candidateId", "canonical", "notation", "cost", "top1Percent", "isFeasible"],
  },
);
const rejection = record(
  {
    candidateId: text,
    reason: text,
    detail: text,
    architecture: record({ canonical: text, notation }),
    cost,
  },
  { requiredKeys: ["candidateId", "reason", "detail"] },
).map(({ architecture, ...rest }) => ({ ...rest, ...architecture }));
const iteration = record(
  {
    index: fc.nat(),
    strategy: text,
    trials: fc.array(trial, { maxLength: 3 }),
    rejections: fc.array(rejection, { maxLength: 3 }),
    promptSize: record({ characters: count, inputTokens: count }),
  },
  { requiredKeys: ["index", "strategy", "trials", "rejections"] },
);
const iterations = fc.array(iteration, { maxLength: 3 });
const exchange = record(
  {
    backend: text,
    model: text,
    request: fc.option(json, { nil: undefined }),
    answer: text,
    reasoning: text,
    error: text,
    isCutOff: fc.boolean(),
    usage: record({
      inputTokens: count,
      cachedInputTokens: count,
      outputTokens: count,
      reasoningTokens: count,
    }),
    seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
  },
  { requiredKeys: ["backend", "model", "request", "answer", "usage", "seconds"] },
);
const exchanges = fc.array(exchange, { maxLength: 3 });
const failure = record({ kind: fc.constant("failed" as const), reason: text, exchanges });
const answered = <T>(value: fc.Arbitrary<T>) =>
  record({ kind: fc.constant("answered" as const), value, exchanges });

describe("conversion", () => {
  it("gives a strategy request back as it was", () => {
    const request = record({
      task,
      space,
      iteration: fc.nat(),
      trajectory: iterations,
      hasMemory: fc.boolean(),
      seed: count,
    });
    fc.assert(
      fc.property(request, text, (original, searchId) => {
        const message = throughWire(strategyCodec, toProtoStrategyRequest(searchId, original));
        expect(message.searchId).toBe(searchId);
        expect(fromProtoStrategyRequest(message)).toStrictEqual(original);
      }),
    );
  });

  it("gives a candidates request back as it was", () => {
    const request = record({
      task,
      space,
      iteration: fc.nat(),
      strategy: text,
      count: fc.nat(),
      visited: fc.array(text),
      hasCostHints: fc.boolean(),
      history: iterations,
      seed: count,
    });
    fc.assert(
      fc.property(request, (original) => {
        const message = throughWire(candidatesCodec, toProtoCandidatesRequest("s", original));
        expect(fromProtoCandidatesRequest(message)).toStrictEqual(original);
      }),
    );
  });

  it("gives candidates or their failure back as they were; absent stays absent", () => {
    const proposal = record({ text, notation: json, problem: text }, { requiredKeys: ["text"] });
    fc.assert(
      fc.property(fc.oneof(answered(fc.array(proposal)), failure), (original) => {
        const message = throughWire(candidatesAnswerCodec, toProtoCandidatesAnswer(original));
        expect(fromProtoCandidatesAnswer(message)).toStrictEqual(original);
      }),
    );
  });

  it("gives a strategy or its failure back as it was, and takes no text piece for one", () => {
    fc.assert(
      fc.property(fc.oneof(answered(text), failure), (original) => {
        const message = throughWire(strategyAnswerCodec, toProtoStrategyAnswer(original));
        expect(fromProtoStrategyAnswer(message)).toStrictEqual(original);
      }),
    );
    const piece = { event: { $case: "text" as const, value: "## SUMMARY" } };
    expect(fromProtoStrategyAnswer(throughWire(strategyAnswerCodec, piece))).toBeUndefined();
  });

  it("says with each answer and failure who was set up to play the role", () => {
    const role = { backend: "vllm", model: "m", promptsDigest: "12345678ab", endpoint: "gpu:8000" };
    const player = "vllm:m@gpu:8000 prompts 12345678";
    const failed = { kind: "failed", reason: "no", exchanges: [] } as const;
    const given = { kind: "answered", exchanges: [] } as const;
    const strategies = [failed, { ...given, value: "wider" }].map((answer) =>
      fromProtoStrategyAnswer(
        throughWire(strategyAnswerCodec, toProtoStrategyAnswer(answer, role)),
      ),
    );
    const candidates = [failed, { ...given, value: [] }].map((answer) =>
      fromProtoCandidatesAnswer(
        throughWire(candidatesAnswerCodec, toProtoCandidatesAnswer(answer, role)),
      ),
    );
    const joint = [failed, { ...given, value: { strategy: "", proposals: [] } }].map((answer) =>
      fromProtoJointAnswer(throughWire(jointAnswerCodec, toProtoJointAnswer(answer, role))),
    );
    for (const answer of [...strategies, ...candidates, ...joint]) {
      expect(answer).toMatchObject({ player });
    }
    const usual = { backend: "heuristic", model: "", promptsDigest: "", endpoint: "" };
    expect([roleLabel(usual), roleLabel(undefined)]).toEqual(["heuristic", "unknown"]);
  });

  it("gives back what a Navigator alone is asked and answers", () => {
    const request = record({
      task,
      space,
      iteration: fc.nat(),
      trajectory: iterations,
      hasMemory: fc.boolean(),
      seed: count,
      count: fc.nat(),
      visited: fc.array(text),
      hasCostHints: fc.boolean(),
    });
    const proposal = record({ text, notation: json, problem: text }, { requiredKeys: ["text"] });
    const value = record({ strategy: text, proposals: fc.array(proposal) });
    fc.assert(
      fc.property(request, fc.oneof(answered(value), failure), (original, answer) => {
        const message = throughWire(jointCodec, toProtoJointRequest("s", original));
        expect(fromProtoJointRequest(message)).toStrictEqual(original);
        const reply = throughWire(jointAnswerCodec, toProtoJointAnswer(answer));
        expect(fromProtoJointAnswer(reply)).toStrictEqual(answer);
      }),
    );
  });

  it("gives a supernet and a result back as they were", () => {
    const supernet = {
      name: "demo",
      family: "ofa-mobilenet-v3",
      digest: "d",
      contextDigest: "c",
      space: publishedOfaSpec(1.2),
      validationImages: 2000,
      executionProvider: "cpu",
      runtimeVersion: "1.30.0",
      isSynthetic: false,
    };
    const { responseSerialize, responseDeserialize } = EvaluatorServiceService.describeSupernet;
    const message = throughWire(
      { serialize: responseSerialize, deserialize: responseDeserialize },
      { supernet: toProtoSupernet(supernet) },
    );
    expect(message.supernet && fromProtoSupernet(message.supernet)).toStrictEqual(supernet);
    const result = { top1Percent: 81.25, top5Percent: 99, images: 2000, seconds: 0.5 };
    expect(fromProtoEvaluationResult(toProtoEvaluationResult(result, true))).toStrictEqual({
      result,
      isStored: true,
    });
  });

  it("gives an event back as it was, with its envelope repeated for filters", () => {
    const event: SearchEvent = {
      v: 1,
      seq: 7,
      searchId: "s",
      at: "2026-01-02T03:04:05.678Z",
      type: "StrategyProposed",
      iteration: 2,
      strategy: "wider",
      exchanges: [],
    };
    const { responseSerialize, responseDeserialize } = CoordinatorServiceService.watchSearch;
    const message = throughWire(
      { serialize: responseSerialize, deserialize: responseDeserialize },
      { event: toProtoEvent(event) },
    );
    expect(message.event).toMatchObject({
      seq: 7,
      type: "StrategyProposed",
      at: new Date(event.at),
    });
    expect(message.event && fromProtoEvent(message.event)).toStrictEqual(event);
  });
});

describe("what cannot be read", () => {
  const wellFormed = toProtoStrategyRequest("s", {
    task: { limits: {} },
    space: publishedOfaSpec(1.0),
    iteration: 2,
    trajectory: [
      {
        index: 1,
        strategy: "wider",
        trials: [
          {
            candidateId: "1.1",
            canonical: "c",
            notation: {},
            cost: { macs: 1, officialFlops: 1, paramsCount: 1 },
            top1Percent: 50,
            isFeasible: true,
          },
        ],
        rejections: [],
      },
    ],
    hasMemory: true,
    seed: 0,
  });

  function messageOf(change: (request: typeof wellFormed) => void): string {
    const request = structuredClone(wellFormed);
    change(request);
    try {
      fromProtoStrategyRequest(request);
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid-argument" });
      return (error as Error).message;
    }
    throw new Error("nothing was thrown");
  }
  const trialOf = (request: typeof wellFormed) => request.trajectory[0]?.trials[0];

  it("is named by the path of its field", () => {
    expect(
      messageOf((request) => {
        request.spaceSpecJson = "{";
      }),
    ).toMatch(/^space_spec_json: got text that is not JSON/);
    expect(
      messageOf((request) => {
        request.spaceSpecJson = '{"family":"resnet"}';
      }),
    ).toMatch(/^space_spec_json\.family: /);
    expect(
      messageOf((request) => {
        request.task = undefined;
      }),
    ).toBe("task: is missing");
    expect(messageOf((request) => Object.assign(trialOf(request) ?? {}, { cost: undefined }))).toBe(
      "trajectory[0].trials[0].cost: is missing",
    );
    expect(
      messageOf((request) =>
        Object.assign(trialOf(request)?.architecture ?? {}, { notationJson: "3" }),
      ),
    ).toBe(
      "trajectory[0].trials[0].architecture.notation_json: got 3, allowed are objects, arrays and strings",
    );
  });

  it("is refused in events of an unknown type", () => {
    expect(() =>
      fromProtoEvent({ seq: 1, searchId: "s", type: "X", at: undefined, json: '{"type":"X"}' }),
    ).toThrow(/^event\.json\.type: got "X", allowed is SearchStarted, /);
  });
});
