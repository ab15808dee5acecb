import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinySupernet } from "@collm/evaluation/testing";
import { loadManifest, openSupernet } from "@collm/supernet";
import { expect, test } from "vitest";
import { packSubnet } from "./pack-subnet.js";

test("packSubnet copies all arrays into one memory and leaves the supernet's alone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "collm-pack-"));
  const supernet = await openSupernet(await loadManifest(await writeTinySupernet(folder)));
  await rm(folder, { recursive: true });
  const architecture = supernet.space.cheapest("macs");
  const { subnet, memory } = packSubnet(supernet.subnet(architecture));
  expect(subnet).toEqual(supernet.subnet(architecture));
  const received = structuredClone(subnet, { transfer: [memory] });
  expect(memory.byteLength).toBe(0);
  expect(received).toEqual(supernet.subnet(architecture));
});
