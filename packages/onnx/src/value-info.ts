import { TensorProto_DataType, type ValueInfoProto } from "#gen/onnx.js";

/** A dimension: a fixed size, or the name of one that is only known when the model runs. */
export type Dimension = number | string;

/** Declares a float32 input or output. Equal names of dimensions mean equal sizes. */
export function float32Info(name: string, shape: readonly Dimension[]): ValueInfoProto {
  return {
    name,
    docString: "",
    type: {
      value: {
        $case: "tensorType",
        value: {
          elemType: TensorProto_DataType.FLOAT,
          shape: {
            dim: shape.map((dimension) => ({
              value:
                typeof dimension === "number"
                  ? { $case: "dimValue", value: BigInt(dimension) }
                  : { $case: "dimParam", value: dimension },
            })),
          },
        },
      },
    },
  };
}

/** The dimensions a float32 declaration states; "?" where it leaves one open without a name. */
export function dimensionsOf(info: ValueInfoProto): readonly Dimension[] {
  const dimensions = info.type?.value?.value.shape?.dim ?? [];
  return dimensions.map(({ value }) => {
    if (value === undefined) return "?";
    return value.$case === "dimValue" ? Number(value.value) : value.value;
  });
}
