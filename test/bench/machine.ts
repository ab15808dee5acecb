import { availableParallelism, cpus, loadavg } from "node:os";
import { runtimeVersion } from "@collm/evaluation";

/** What numbers were measured on, in one line. */
export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const load = loadavg()
    .map((value) => value.toFixed(1))
    .join(", ");
  return (
    `${availableParallelism()} cores of ${model}, Node ${process.versions.node}, ${runtimeVersion}; ` +
    `load average at the start ${load}`
  );
}

/** Whether something else kept half a core or more busy during the last minute. */
export function isMachineBusy(): boolean {
  const [lastMinute = 0] = loadavg();
  return lastMinute >= 0.5;
}
