/** What one piece of work took: on the clock, and of processors (user and system). */
export interface Taken {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Does the work and says what it took in this process. The machine may be shared: the CPU time tells. */
export async function measure<T>(
  work: () => T | Promise<T>,
): Promise<Taken & { readonly value: T }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const value = await work();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, value };
}
