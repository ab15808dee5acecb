import { openPackedImages, imageBatches, firstImages } from "@collm/images";
import { createRng, sampleUniform } from "@collm/search-space";
import { loadManifest, openSupernet, buildCalibrationGraph, buildInferenceGraph, runningStatistics, averageStatistics } from "@collm/supernet";
import { InferenceSession, Tensor } from "onnxruntime-node";
const manifest = await loadManifest("/work/main/packages/demo/digits.yaml");
const supernet = await openSupernet(manifest);
const val = await openPackedImages("/tmp/collm-bench-cache/validation.safetensors");
const cal = await openPackedImages("/tmp/collm-bench-cache/calibration.safetensors");
const cpu = () => { const u = process.cpuUsage(); return [u.user / 1000, u.system / 1000] as const; };
async function timed<T>(f: () => Promise<T>) { const a = cpu(); const t = performance.now(); const r = await f(); const b = cpu(); return { r, user: b[0] - a[0], sys: b[1] - a[1], wall: performance.now() - t }; }
const archs = Array.from({ length: 12 }, (_, i) => sampleUniform(supernet.space, createRng("bench", i)));
async function session(bytes: Uint8Array, o: object) { return InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: "all", ...o }); }
for (const [name, o, calBatch, runBatch] of [
  ["base", {}, 100, 16], ["base again", {}, 100, 16], ["no arena", { enableCpuMemArena: false }, 100, 16], ["no arena no pattern", { enableCpuMemArena: false, enableMemPattern: false }, 100, 16], ["no pattern", { enableMemPattern: false }, 100, 16],
  ["cal extended", { calOpt: "extended" }, 100, 16], ["cal basic", { calOpt: "basic" }, 100, 16],
  ["run 8", {}, 100, 8], ["run 32", {}, 100, 32], ["run 64", {}, 100, 64], ["run 128", {}, 100, 128], ["cal 25", {}, 25, 16], ["cal 10", {}, 10, 16],
] as [string, any, number, number][]) {
  const sum: Record<string, number> = {};
  const add = (k: string, x: { user: number; sys: number; wall: number }) => { sum[k + ".user"] = (sum[k + ".user"] ?? 0) + x.user; sum[k + ".sys"] = (sum[k + ".sys"] ?? 0) + x.sys; sum[k+".wall"] = (sum[k+".wall"] ?? 0) + x.wall; };
  for (const a of archs) {
    const { calOpt, ...opt } = o;
    const subnet = supernet.subnet(a);
    const vset = await val.load(subnet.resolution); const cset = firstImages(await cal.load(subnet.resolution), 500);
    const g = await timed(async () => buildCalibrationGraph(subnet)); add("calGraph", g);
    const s = await timed(() => session(g.r, calOpt ? { ...opt, graphOptimizationLevel: calOpt } : opt)); add("calSession", s);
    const obs: any[] = [];
    add("calRun", await timed(async () => { for (const b of imageBatches(cset, subnet.normalize, calBatch)) { const r = await s.r.run({ images: new Tensor("float32", b.input, b.shape) }); obs.push({ imagesCount: b.imagesCount, means: r.means!.data, variances: r.variances!.data }); } }));
    add("calRelease", await timed(() => s.r.release()));
    const ig = await timed(async () => buildInferenceGraph(subnet, averageStatistics(subnet, obs))); add("graph", ig);
    const is = await timed(() => session(ig.r, opt)); add("session", is);
    add("run", await timed(async () => { for (const b of imageBatches(vset, subnet.normalize, runBatch)) await is.r.run({ images: new Tensor("float32", b.input, b.shape) }); }));
    add("release", await timed(() => is.r.release()));
    if (name === "base again") add("norm", await timed(async () => { for (const b of imageBatches(vset, subnet.normalize, runBatch)) b.input[0]; }));
  }
  console.log(name.padEnd(20), Object.entries(sum).filter(([k]) => k.endsWith("user") || k.endsWith("sys")).map(([k, v]) => `${k} ${(v / archs.length).toFixed(0)}`).join(" "));
}
