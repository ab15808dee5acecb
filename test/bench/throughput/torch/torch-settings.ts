import { existsSync, readFileSync } from "node:fs";

/** How PyTorch is started: what changes its speed and cannot be changed later. */
export interface TorchSettings extends OpenBlas {
  readonly processes: number;
  /** Threads of each process. */
  readonly threads: number;
}

/** The library that multiplies PyTorch's matrices. */
export interface OpenBlas {
  /** Folder of one of its builds; undefined: what PyTorch finds by itself. */
  readonly libraries: string | undefined;
  /** Kernels that it is told to use; undefined: those it chooses itself. */
  readonly coreType: string | undefined;
}

/**
 * One process with all threads, and a process for each as our evaluator has workers. Idle threads
 * keep OpenMP's own habit of spinning for a moment: with OMP_WAIT_POLICY=active those of processes
 * that wait for their turn would take the machine from all others.
 */
export function torchSettings(
  threads: number,
  openBlas: readonly OpenBlas[],
): readonly TorchSettings[] {
  const whole = openBlas.map((own) => ({ ...own, processes: 1, threads }));
  if (threads === 1) return whole;
  return [...whole, ...openBlas.map((own) => ({ ...own, processes: threads, threads: 1 }))];
}

const debianBuilds = ["openmp", "pthread"].map(
  (build) => `/usr/lib/x86_64-linux-gnu/openblas-${build}`,
);

/** Debian's builds as far as they are installed, each with the given kernels. */
export function installedOpenBlas(coreTypes: readonly (string | undefined)[]): readonly OpenBlas[] {
  const builds: (string | undefined)[] = debianBuilds.filter((folder) => existsSync(folder));
  if (builds.length === 0) builds.push(undefined);
  return builds.flatMap((libraries) => coreTypes.map((coreType) => ({ libraries, coreType })));
}

/** Debian's OpenBLAS takes a recent AMD processor for an old one and then leaves AVX-512 alone. */
export function defaultCoreTypes(): readonly (string | undefined)[] {
  return hasAvx512() ? [undefined, "SkylakeX"] : [undefined];
}

function hasAvx512(): boolean {
  try {
    return /\bavx512f\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
  } catch {
    return false;
  }
}

/** Besides the settings: memory is kept instead of given back to the system after each batch. */
export function torchEnvironment(settings: TorchSettings): NodeJS.ProcessEnv {
  const { threads, libraries, coreType } = settings;
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...environment } = process.env;
  return {
    ...environment,
    ...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
    ...(coreType === undefined ? {} : { OPENBLAS_CORETYPE: coreType }),
    MALLOC_MMAP_MAX_: "0",
    MALLOC_TRIM_THRESHOLD_: "17179869184",
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: "1",
  };
}

/** `2 threads` or `2 processes`: what distinguishes contenders. */
export function shapeOf({ processes, threads }: TorchSettings): string {
  if (processes > 1) return `${processes} processes`;
  return threads === 1 ? "1 thread" : `${threads} threads`;
}

/** E.g. `openblas-openmp with its SkylakeX kernels`. */
export function settingsWords({ libraries, coreType }: OpenBlas): string {
  const build = libraries?.split("/").at(-1) ?? "the OpenBLAS it finds";
  return `${build} with ${coreType === undefined ? "the kernels it chooses" : `its ${coreType} kernels`}`;
}
