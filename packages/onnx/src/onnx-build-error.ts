/** A graph that cannot be built, or bytes that are not a model; the message names what was wrong. */
export class OnnxBuildError extends Error {
  override readonly name = "OnnxBuildError";
}
