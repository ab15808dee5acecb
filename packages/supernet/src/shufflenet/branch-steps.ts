import type { ShuffleBlockPlan } from "@collm/search-space";

/** A convolution without bias, its BatchNorm, and whether a ReLU follows. */
export interface Step {
  /** Its number in the original's Sequential; the BatchNorm has the next one. */
  readonly position: number;
  readonly weightShape: readonly [number, number, number, number];
  readonly stride: 1 | 2;
  readonly groups: number;
  readonly hasRelu: boolean;
}

/**
 * The convolutions of a layer's branches. Where a ReLU follows it takes a number of its own; after a
 * depthwise convolution there is none. `proj` is empty at stride 1.
 */
export function branchSteps(plan: ShuffleBlockPlan): {
  readonly main: readonly Step[];
  readonly proj: readonly Step[];
} {
  const { kind, kernel, stride, inp, mid, mainOut } = plan;
  const main =
    kind === "shuffle"
      ? [pointwise(inp, mid), depthwise(mid, kernel, stride), pointwise(mid, mainOut)]
      : [
          depthwise(inp, 3, stride),
          pointwise(inp, mid),
          depthwise(mid, 3, 1),
          pointwise(mid, mid),
          depthwise(mid, 3, 1),
          pointwise(mid, mainOut),
        ];
  const proj = stride === 2 ? [depthwise(inp, kernel, 2), pointwise(inp, inp)] : [];
  return { main: numbered(main), proj: numbered(proj) };
}

type Unnumbered = Omit<Step, "position">;

function pointwise(inputs: number, outputs: number): Unnumbered {
  return { weightShape: [outputs, inputs, 1, 1], stride: 1, groups: 1, hasRelu: true };
}

function depthwise(channels: number, kernel: number, stride: 1 | 2): Unnumbered {
  return {
    weightShape: [channels, 1, kernel, kernel],
    stride,
    groups: channels,
    hasRelu: false,
  };
}

function numbered(steps: readonly Unnumbered[]): readonly Step[] {
  let position = 0;
  return steps.map((step) => {
    const own = { ...step, position };
    position += step.hasRelu ? 3 : 2;
    return own;
  });
}
