import type { Copy, Dockerfile, From, Instruction, ModifiableInstruction } from "dockerfile-ast";

/** A build stage with the instructions after its `FROM`. */
export interface Stage {
  readonly name: string;
  /** An image or another stage, with variables replaced by their defaults. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
  /** Names of its `ARG`s. */
  readonly args: readonly string[];
  /** Names of the stages that it begins with or copies from. */
  readonly needs: readonly string[];
}

/** The value of a flag such as `--from`. */
export function flagOf(instruction: Instruction, name: string): string | undefined {
  const flags = (instruction as Partial<ModifiableInstruction>).getFlags?.() ?? [];
  return flags.find((flag) => flag.getName() === name)?.getValue() ?? undefined;
}

/** The stages of a Dockerfile in their order; each must have a name. */
export function stagesOf(dockerfile: Dockerfile): readonly Stage[] {
  const stages: { from: From; instructions: Instruction[] }[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction.getKeyword() === "FROM") {
      stages.push({ from: instruction as From, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages.map(({ from, instructions }) => {
    const name = from.getBuildStage();
    const base = from.getExpandedArguments()[0]?.getValue();
    if (!name || !base) throw new Error(`${from.getTextContent()}: has no name or no image`);
    const ofKind = (keyword: string) => instructions.filter((one) => one.getKeyword() === keyword);
    const args = ofKind("ARG").map((arg) => arg.getArguments()[0]?.getValue().split("=")[0] ?? "");
    const copied = ofKind("COPY").flatMap((copy) => flagOf(copy as Copy, "from") ?? []);
    return { name, base, instructions, args, needs: [base, ...copied] };
  });
}
