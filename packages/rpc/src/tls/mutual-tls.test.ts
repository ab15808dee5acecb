import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { connect as connectTls } from "node:tls";
import { createLogger } from "@collm/telemetry";
import { Client, credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { callStream, callUnary } from "../call.js";
import { checkHealth } from "../health.js";
import { retryUnavailable } from "../retry.js";
import {
  candidatesRequest,
  noProposals,
  startLoopback,
  strategyRequest,
  textPiece,
} from "../test-support.js";
import { type CertificateFiles, TestAuthority } from "../testing/test-authority.js";
import { describeWithOpenssl } from "../testing/with-openssl.js";
import { openServiceTls, openTls, type Tls } from "./open-tls.js";

/** Short, so that renewals are seen at once. */
const reloadMs = 20;

let authority: TestAuthority;
let stranger: TestAuthority;
let tls: Tls;

/** One side of TLS as other programs do it: with files that ours would refuse, or without some. */
function plainClient(caFile: string, own?: CertificateFiles): Tls {
  const read = (file: string | undefined) => (file === undefined ? null : readFileSync(file));
  const made = credentials.createSsl(read(caFile), read(own?.keyFile), read(own?.certFile));
  const channelOptions = { "grpc.ssl_target_name_override": "localhost" };
  return { ...tls, client: () => ({ credentials: made, channelOptions }) };
}

/** Of the certificate that a new connection is shown. */
async function shownSerialNumber(address: string): Promise<string> {
  const [host, port] = address.split(":");
  const own = await authority.issue();
  const [cert, key, ca] = [own.certFile, own.keyFile, own.caFile].map((file) => readFileSync(file));
  const socket = connectTls({
    ...{ host, port: Number(port), servername: "localhost", ALPNProtocols: ["h2"] },
    ...{ cert, key, ca },
  });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

const ask = (client: Awaited<ReturnType<typeof startLoopback>>["generator"]) =>
  callUnary(client, "proposeCandidates", candidatesRequest, { timeoutMs: 10_000 });

describeWithOpenssl("mutual TLS", () => {
  beforeAll(async () => {
    [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
    tls = openTls(await authority.issue());
  });
  afterAll(async () => {
    await Promise.all([authority?.remove(), stranger?.remove()]);
  });

  it("carries calls, streams, health checks and reflection", async () => {
    const { address, generator, navigator } = await startLoopback(
      {
        async *strategise() {
          yield textPiece("a");
          yield textPiece("b");
        },
      },
      { tls },
    );
    expect(await ask(generator)).toEqual(noProposals);
    const pieces: unknown[] = [];
    for await (const piece of callStream(navigator, "proposeStrategy", strategyRequest)) {
      pieces.push(piece);
    }
    expect(pieces).toEqual([textPiece("a"), textPiece("b")]);
    expect(await checkHealth(address, { tls, name: "generator" })).toBe("SERVING");
    const { credentials: secure, channelOptions } = tls.client(address);
    const client = new Client(address, secure, channelOptions);
    onTestFinished(() => client.close());
    const reflection = client.makeBidiStreamRequest(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
      (request: Buffer) => request,
      (response: Buffer) => response.toString("latin1"),
    );
    // { list_services: "" }
    reflection.end(Buffer.from([0x3a, 0x00]));
    const [listed] = await reflection.toArray();
    expect(listed).toContain("collm.generator.v1.GeneratorService");
  });

  it.each<[string, () => Promise<Tls | undefined>]>([
    ["plaintext", async () => undefined],
    ["no certificate", async () => plainClient(authority.caFile)],
    [
      "a certificate of another authority",
      async () => plainClient(authority.caFile, await stranger.issue()),
    ],
    [
      "an expired certificate",
      async () => plainClient(authority.caFile, await authority.issue({ days: -1 })),
    ],
  ])("refuses clients with %s", async (_what, clientTls) => {
    const asked: unknown[] = [];
    const { address } = await startLoopback(
      {
        propose: async (request) => {
          asked.push(request);
          return noProposals;
        },
      },
      { tls },
    );
    await expect(checkHealth(address, { tls: await clientTls() })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/^cannot connect/),
    });
    expect(await checkHealth(address, { tls })).toBe("SERVING");
    expect(asked).toEqual([]);
  });

  it("does not speak to servers that are no better", async () => {
    const serving = async (server: Tls | undefined) =>
      (await startLoopback({}, { tls: server })).address;
    const refused = async (address: string, message: RegExp) =>
      expect(await checkHealth(address, { tls }).catch((error) => error)).toMatchObject({
        code: "unavailable",
        message: expect.stringMatching(message),
      });
    await refused(await serving(openTls(await stranger.issue())), /certificate is not accepted/);
    await refused(
      await serving(openTls(await authority.issue({ names: ["10.1.2.3", "evaluator"] }))),
      /certificate is for other names/,
    );
    await refused(await serving(undefined), /plaintext/);
  });

  it("knows a server behind a forwarded port by the name that is given", async () => {
    const files = await authority.issue({ names: ["coordinator"] });
    const { address } = await startLoopback({}, { tls: openTls(files) });
    const called = (serverName: string) => openTls({ ...files, serverName });
    expect(await checkHealth(address, { tls: called("coordinator") })).toBe("SERVING");
    const other = checkHealth(address, { tls: called("navigator") });
    await expect(other).rejects.toThrow(/certificate is for other names/);
  });

  it("takes a server that any name of a list stands for", async () => {
    const named = openTls(await authority.issue({ names: ["localhost"] }));
    const { address } = await startLoopback({}, { tls: named });
    const byName = address.replace("127.0.0.1", "localhost");
    const check = () => checkHealth(`127.0.0.1:1,dns:///${byName}`, { tls });
    expect(await retryUnavailable(check, { maxWaitMs: 10_000 })).toBe("SERVING");
  });

  describe("renewed certificates", () => {
    it("hold for new connections of the server; those that are open go on", async () => {
      const volume = await authority.mount();
      const log: string[] = [];
      const destination = { write: (line: string) => void log.push(line) };
      const server = openServiceTls(
        { ...volume, reloadMs },
        createLogger({ service: "test", destination }),
      );
      const { address, generator } = await startLoopback(
        {},
        { ...(server && { tls: server }), clientTls: tls },
      );
      await ask(generator);
      const before = await shownSerialNumber(address);
      await volume.renew(authority);
      await expect.poll(() => shownSerialNumber(address)).not.toBe(before);
      const renewed = await shownSerialNumber(address);
      expect(await ask(generator)).toEqual(noProposals);
      // A renewal that is half done, as the key arrives before its certificate, changes nothing.
      const { keyFile } = await authority.issue();
      await writeFile(volume.keyFile, readFileSync(keyFile));
      const warning = /"level":"warn".*tls\.key does not belong.*certificates are not used/;
      await expect.poll(() => log.join("")).toMatch(warning);
      expect(await shownSerialNumber(address)).toBe(renewed);
      // The authority is renewed as well.
      await volume.renew(stranger);
      const known = openTls(await stranger.issue());
      await expect.poll(() => checkHealth(address, { tls: known }).catch(String)).toBe("SERVING");
      await expect(checkHealth(address, { tls })).rejects.toMatchObject({ code: "unavailable" });
      expect(await ask(generator)).toEqual(noProposals);
    });

    it("are shown by a client that runs", async () => {
      const volume = await stranger.mount();
      const clientTls = openTls({ ...volume, reloadMs });
      const { generator } = await startLoopback({}, { tls, clientTls });
      await expect(ask(generator)).rejects.toMatchObject({ code: "unavailable" });
      await volume.renew(authority);
      await expect
        .poll(() => ask(generator).catch(String), { timeout: 15_000 })
        .toEqual(noProposals);
    });
  });
});
