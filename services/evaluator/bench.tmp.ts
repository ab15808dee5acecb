import { monitorEventLoopDelay } from "node:perf_hooks";
import { createImageLocator } from "@collm/demo";
import { createRng, sampleUniform } from "@collm/search-space";
import { hostSupernets } from "./src/host-supernets.js";

const [workers, threads, count] = process.argv.slice(2).map(Number) as [number, number, number];
const t0 = performance.now();
const { supernets, close } = await hostSupernets(["/work/main/packages/demo/digits.yaml"], {
  runtime: { executionProvider: "cpu", threads },
  workers,
  locateImages: createImageLocator("/work/main/.cache/demo"),
});
const hosted = supernets.get("digits")!;
console.log(
  "startup s",
  ((performance.now() - t0) / 1000).toFixed(2),
  "rss MB",
  process.memoryUsage().rss >> 20,
);
const space = hosted.space;
const archs = Array.from({ length: count }, (_, i) => sampleUniform(space, createRng("bench", i)));
const rows: any[] = [];
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
let next = 0;
const rss: number[] = [];
const cpu = process.cpuUsage();
const t1 = performance.now();
await Promise.all(
  Array.from({ length: workers }, async () => {
    while (next < archs.length) {
      const i = next++;
      const a = archs[i]!;
      const t = performance.now();
      const r = await hosted.executor.measure(a, "validation", {
        signal: new AbortController().signal,
      });
      rows.push({ s: r.phaseSeconds, wall: (performance.now() - t) / 1000, images: r.images });
      if (i % 20 === 0) rss.push(process.memoryUsage().rss >> 20);
    }
  }),
);
const total = (performance.now() - t1) / 1000;
const u = process.cpuUsage(cpu);
const med = (f: (r: any) => number) =>
  +rows
    .map(f)
    .sort((a, b) => a - b)
    [rows.length >> 1]!.toFixed(3);
console.log(
  JSON.stringify({
    workers,
    threads,
    evalPerSecond: +(count / total).toFixed(2),
    imagesPerSecond: Math.round(rows.reduce((s, r) => s + r.images, 0) / total),
    cpuPerEval: +((u.user + u.system) / 1e6 / count).toFixed(3),
    build: med((r) => r.s.build),
    calibrate: med((r) => r.s.calibrate),
    run: med((r) => r.s.run),
    wall: med((r) => r.wall),
    delayP99: +(delay.percentile(99) / 1e6).toFixed(1),
    delayMax: +(delay.max / 1e6).toFixed(1),
  }),
  "rss",
  rss.join(" "),
);
await close();
