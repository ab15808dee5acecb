import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { parse } from "yaml";
import { contextFiles, copyFromContext } from "./build-context.js";
import { flagOf, type Stage, stagesOf } from "./dockerfile.js";

const run = promisify(execFile);

/** A stage whose file system lies in a folder: what it adds to its base image, and nothing else. */
export interface BuiltStage {
  /** Stands for `/`. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly user?: string | undefined;
  /** Of `ENTRYPOINT` and `CMD`. */
  readonly command: readonly string[];
}

/**
 * Builds a Dockerfile's stages in folders, without Docker: every `COPY` copies, every `RUN` is run by
 * `sh`. What an image from elsewhere would bring is this machine's: Node, pnpm, `sh` and its tools. So
 * instructions of the stage `base`, which only add such, are not carried out, and a `RUN` line must know
 * relative paths only.
 */
export class OutsideDocker {
  readonly #scratch: string;
  readonly #context: { readonly folder: string; readonly files: readonly string[] };
  readonly #stages: readonly Stage[];
  /** Variables that stand for what `base` sets up. */
  readonly #env: Readonly<Record<string, string>>;
  readonly #built: Map<string, Promise<BuiltStage>>;

  private constructor(
    scratch: string,
    context: { readonly folder: string; readonly files: readonly string[] },
    stages: readonly Stage[],
    env: Readonly<Record<string, string>>,
    built = new Map<string, Promise<BuiltStage>>(),
  ) {
    this.#scratch = scratch;
    this.#context = context;
    this.#stages = stages;
    this.#env = env;
    this.#built = built;
  }

  /**
   * @param contextFolder an installed workspace, whose store of packages is used: nothing is fetched
   * @param scratch an empty folder, which takes the stages
   */
  static async open(
    dockerfile: string,
    contextFolder: string,
    scratch: string,
  ): Promise<OutsideDocker> {
    const stages = stagesOf(DockerfileParser.parse(await readFile(dockerfile, "utf8")));
    const tools = join(scratch, "tools-of-base");
    await mkdir(tools, { recursive: true });
    // The pnpm that runs this, if one does: npx takes a second to find it.
    const own = process.env.npm_execpath ?? "";
    const pnpm = /pnpm\.c?js$/.test(own) ? `"${process.execPath}" "${own}"` : "npx -y pnpm@10";
    await writeFile(join(tools, "pnpm"), `#!/bin/sh\nexec ${pnpm} "$@" --offline\n`);
    await chmod(join(tools, "pnpm"), 0o755);
    const context = { folder: contextFolder, files: await contextFiles(contextFolder) };
    const modules = await readFile(join(contextFolder, "node_modules/.modules.yaml"), "utf8");
    return new OutsideDocker(scratch, context, stages, {
      CI: "true",
      PATH: [tools, dirname(process.execPath), process.env.PATH].join(":"),
      npm_config_store_dir: parse(modules).storeDir,
    });
  }

  /** One that has built only these stages, whatever their arguments were, and builds all others again. */
  keeping(stages: readonly string[]): OutsideDocker {
    const kept = [...this.#built].filter(([key]) => stages.includes(JSON.parse(key)[0]));
    return new OutsideDocker(this.#scratch, this.#context, this.#stages, this.#env, new Map(kept));
  }

  /** Builds a stage and those that it needs; those that the arguments do not change only once. */
  build(target: string, args: Readonly<Record<string, string>>): Promise<BuiltStage> {
    const stage = this.#stages.find(({ name }) => name === target);
    if (stage === undefined) throw new Error(`stage ${target}: there is none of that name`);
    const names = this.#argumentsOf(stage);
    const key = JSON.stringify([target, names.map((name) => args[name])]);
    const built = this.#built.get(key) ?? this.#buildStage(stage, args);
    this.#built.set(key, built);
    return built;
  }

  /** Names of the arguments that a stage or one that it needs declares. */
  #argumentsOf(stage: Stage): readonly string[] {
    const needed = this.#stages.filter(({ name }) => stage.needs.includes(name));
    const all = [...stage.args, ...needed.flatMap((one) => this.#argumentsOf(one))];
    return [...new Set(all)].sort();
  }

  async #buildStage(stage: Stage, args: Readonly<Record<string, string>>): Promise<BuiltStage> {
    const folder = await mkdtemp(join(this.#scratch, `${stage.name}-`));
    // As images have it; mkdtemp keeps others out.
    await chmod(folder, 0o755);
    const base = this.#stages.find(({ name }) => name === stage.base);
    const parent = base && (await this.build(base.name, args));
    if (parent) await run("cp", ["-al", `${parent.folder}/.`, folder]);
    const state = {
      folder,
      env: { ...parent?.env },
      variables: {} as Record<string, string>,
      workdir: parent?.workdir ?? "/",
      user: parent?.user,
      entrypoint: [] as readonly string[],
      command: [] as readonly string[],
    };
    for (const instruction of stage.instructions) {
      const known: Readonly<Record<string, string>> = { ...state.env, ...state.variables };
      const given = instruction
        .getArguments()
        .map((one) => one.getValue().replace(/\$\{(\w+)\}/g, (_, name) => known[name] ?? ""));
      switch (instruction.getKeyword()) {
        case "ARG": {
          const [name = "", standard] = (given[0] ?? "").split("=");
          const value = args[name] ?? standard;
          if (value !== undefined) state.variables[name] = value;
          break;
        }
        case "ENV":
          // Of `base`: how its own tools are set up.
          if (stage.name === "base") break;
          for (const pair of given) state.env[pair.split("=")[0] ?? ""] = pair.replace(/^.*?=/, "");
          break;
        case "WORKDIR":
          state.workdir = posix.resolve(state.workdir, given[0] ?? "");
          await mkdir(join(folder, state.workdir), { recursive: true });
          break;
        case "COPY":
          await this.#copy(instruction, given, state, args);
          break;
        case "RUN":
          if (stage.name !== "base") await this.#run(instruction, state);
          break;
        case "USER":
          state.user = given[0];
          break;
        case "ENTRYPOINT":
          state.entrypoint = JSON.parse(instruction.getArgumentsContent() ?? "[]");
          break;
        case "CMD":
          state.command = JSON.parse(instruction.getArgumentsContent() ?? "[]");
          break;
        case "LABEL":
          break;
        default:
          throw new Error(`${instruction.getKeyword()}: is not carried out here`);
      }
    }
    const { env, workdir, user, entrypoint, command } = state;
    return { folder, env, workdir, user, command: [...entrypoint, ...command] };
  }

  async #run(
    instruction: Instruction,
    stage: {
      readonly folder: string;
      readonly env: object;
      readonly variables: object;
      readonly workdir: string;
    },
  ): Promise<void> {
    const script = instruction.getArgumentsContent() ?? "";
    const own = Object.entries(process.env).filter(([name]) => !/^(COLLM|NODE|VITEST)_/.test(name));
    const env = { ...Object.fromEntries(own), ...this.#env, ...stage.env, ...stage.variables };
    const cwd = join(stage.folder, stage.workdir);
    await run("sh", ["-c", script], { cwd, env }).catch((error: unknown) => {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`RUN ${script}\n${stdout}${stderr}`, { cause: error });
    });
  }

  async #copy(
    instruction: Instruction,
    given: readonly string[],
    stage: { readonly folder: string; readonly workdir: string },
    args: Readonly<Record<string, string>>,
  ): Promise<void> {
    const sources = given.slice(0, -1);
    const destination = given.at(-1) ?? "";
    const target = join(stage.folder, posix.resolve(stage.workdir, destination));
    const isFolder = destination.endsWith("/") || destination === ".";
    const from = flagOf(instruction, "from");
    const origin = from === undefined ? undefined : await this.build(from, args);
    for (const source of sources) {
      // A folder's content is copied, a file itself.
      const inFolder = isFolder ? join(target, basename(source)) : target;
      if (origin === undefined) {
        const isFile = this.#context.files.includes(source);
        await copyFromContext(this.#context, source, isFile ? inFolder : target);
        continue;
      }
      const path = join(origin.folder, source);
      // Of `base`, which this machine stands for.
      if (from === "base") continue;
      const isDirectory = (await stat(path)).isDirectory();
      await mkdir(isDirectory ? target : dirname(inFolder), { recursive: true });
      await run("cp", isDirectory ? ["-al", `${path}/.`, `${target}/`] : ["-al", path, inFolder]);
    }
  }
}
