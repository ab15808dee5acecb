import { type AttributeProto, AttributeProto_AttributeType } from "#gen/onnx.js";

/**
 * A node's constant as this code writes it. JavaScript has one number type and ONNX two, so the kind
 * is always spelled out.
 */
export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: "int", value });
export const float = (value: number): Attribute => ({ kind: "float", value });
export const ints = (...value: readonly number[]): Attribute => ({ kind: "ints", value });

/** The attribute in the file's form. */
export function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const empty = { name, t: undefined, floats: [], ints: [], strings: [] };
  switch (attribute.kind) {
    case "int":
      return { ...empty, type: AttributeProto_AttributeType.INT, i: BigInt(attribute.value) };
    case "float":
      return { ...empty, type: AttributeProto_AttributeType.FLOAT, f: attribute.value };
    case "ints":
      return {
        ...empty,
        type: AttributeProto_AttributeType.INTS,
        ints: attribute.value.map(BigInt),
      };
    case "string":
      return {
        ...empty,
        type: AttributeProto_AttributeType.STRING,
        s: Buffer.from(attribute.value, "utf8"),
      };
  }
}
