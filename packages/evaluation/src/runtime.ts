import { CollmError } from "@collm/errors";
import { encodeModel, GraphBuilder } from "@collm/onnx";
import { executionProviders } from "@collm/search";
import { env, InferenceSession, listSupportedBackends } from "onnxruntime-node";

/** How networks are run. */
export interface RuntimeSettings {
  /** ONNX Runtime's name: `cpu`, `cuda`, ... */
  readonly executionProvider: string;
  /** Threads inside one operator. */
  readonly threads: number;
}

/** Part of every evaluation's identity. */
export const runtimeVersion = `onnxruntime-node ${env.versions.node}`;

// Whatever the library would print also comes as an exception. Set before the first session of the
// process, it counts for all threads.
env.logLevel = "fatal";

/**
 * Checks that networks can be run on this provider. Throws `invalid-argument`, with one sentence
 * that lists the providers that work here. The check opens a session, which takes milliseconds.
 */
export async function requireProvider(executionProvider: string): Promise<void> {
  if (await isAvailable(executionProvider)) return;
  const available: string[] = [];
  for (const name of executionProviders) {
    if (name !== executionProvider && (await isAvailable(name))) available.push(name);
  }
  throw new CollmError(
    "invalid-argument",
    `execution provider: got "${executionProvider}", available here: ${available.join(", ")}`,
  );
}

/** The list of supported backends says what was compiled in, not what this machine can load. */
async function isAvailable(executionProvider: string): Promise<boolean> {
  if (!executionProviders.some((name) => name === executionProvider)) return false;
  if (!listSupportedBackends().some((backend) => backend.name === executionProvider)) return false;
  const graph = new GraphBuilder("probe");
  graph.output(graph.relu(graph.input("x", ["n"])), "y", ["n"]);
  try {
    const session = await InferenceSession.create(encodeModel(graph, { metadata: {} }), {
      executionProviders: [executionProvider],
    });
    await session.release();
    return true;
  } catch {
    return false;
  }
}
