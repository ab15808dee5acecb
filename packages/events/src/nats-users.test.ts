import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSearchId } from "@collm/search";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { openBucket, updateCopies } from "./buckets.js";
import { connectNats } from "./connection.js";
import { inspectDeployment } from "./inspect.js";
import { bucketNames, defaultPool, journalSubject, streamNames, workSubject } from "./names.js";
import { defaultQueueSettings, provisionPool, provisionStreams } from "./provision.js";
import { refusedByNats } from "./refused.js";
import { createStreamJournals } from "./stream-journals.js";
import { TestNatsServer } from "./testing/nats-server.js";
import { describeWithNats } from "./testing/with-nats.js";
import { createUnfinishedSearches } from "./unfinished.js";

const config = fileURLToPath(new URL("../../../deploy/nats/nats.conf", import.meta.url));
const passwords = {
  coordinator: "c0ordinator-s3cret",
  evaluator: "e-valuator-s3cret",
  operator: "o-perator-s3cret",
};
type User = keyof typeof passwords;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-users-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function userFiles(user: string, password: string) {
  const [userFile, passwordFile] = [join(folder, `${user}.user`), join(folder, `${user}.password`)];
  await writeFile(userFile, `${user}\n`);
  await writeFile(passwordFile, `${password}\n`);
  return { userFile, passwordFile };
}

describeWithNats("the users of deploy/nats", () => {
  let server: TestNatsServer;
  const as = {} as Record<User, NatsConnection>;

  beforeAll(async () => {
    server = await TestNatsServer.start({
      config,
      env: {
        COLLM_NATS_COORDINATOR_PASSWORD: passwords.coordinator,
        COLLM_NATS_EVALUATOR_PASSWORD: passwords.evaluator,
        COLLM_NATS_OPERATOR_PASSWORD: passwords.operator,
      },
    });
    for (const user of Object.keys(passwords) as User[]) {
      const access = { user: await userFiles(user, passwords[user]) };
      as[user] = await connectNats({ servers: [server.url], name: user, access });
    }
    await provisionStreams(as.coordinator, defaultQueueSettings);
    await provisionPool(as.coordinator, defaultPool, defaultQueueSettings);
    for (const name of Object.values(bucketNames)) {
      await openBucket(as.coordinator, name, { replicas: 1 });
    }
  });
  afterAll(async () => {
    for (const connection of Object.values(as)) await connection.close();
    await server?.stop();
  });

  const api = (user: User) => jetstreamManager(as[user]);
  const tell = (user: User, subject: string) => as[user].request(subject, "");
  const put = async (user: User, bucket: string) =>
    (await new Kvm(as[user]).open(bucket)).put("key", "value");
  const hear = (user: User, subject: string) =>
    new Promise((resolve, reject) => {
      as[user].subscribe(subject, { callback: (error) => void (error && reject(error)) });
      // By then the server has refused it.
      void as[user].flush().then(resolve);
    });
  const journal = journalSubject("a");
  const work = workSubject(defaultPool, "context");
  const name = "own";
  const own = { name, ack_policy: AckPolicy.None };

  it.each<[User, string, () => Promise<unknown>]>([
    ["evaluator", "write a journal", () => jetstream(as.evaluator).publish(journal, "{}")],
    ["evaluator", "publish work", () => jetstream(as.evaluator).publish(work, "{}")],
    ["evaluator", "publish what models write", () => tell("evaluator", "collm.text.a")],
    ["evaluator", "cancel a search", () => tell("evaluator", "collm.cancel.a")],
    ["evaluator", "take a search", () => put("evaluator", bucketNames.leases)],
    ["evaluator", "add a search", () => put("evaluator", bucketNames.unfinished)],
    [
      "evaluator",
      "make a stream",
      async () => (await api("evaluator")).streams.add({ name, subjects: [name] }),
    ],
    [
      "evaluator",
      "delete a bucket",
      async () => (await api("evaluator")).streams.delete(`KV_${bucketNames.evaluations}`),
    ],
    [
      "evaluator",
      "change the queue",
      async () => (await api("evaluator")).streams.update(streamNames.work, { max_msgs: 1 }),
    ],
    [
      "evaluator",
      "empty the queue",
      async () => (await api("evaluator")).streams.purge(streamNames.work),
    ],
    [
      "evaluator",
      "take work out of the queue",
      async () => (await api("evaluator")).streams.deleteMessage(streamNames.work, 1),
    ],
    [
      "evaluator",
      "make a consumer of work",
      async () => (await api("evaluator")).consumers.add(streamNames.work, { durable_name: name }),
    ],
    [
      "evaluator",
      "delete a consumer of work",
      async () => (await api("evaluator")).consumers.delete(streamNames.work, name),
    ],
    [
      "evaluator",
      "read a journal",
      async () => (await api("evaluator")).streams.getMessage(streamNames.journal, { seq: 1 }),
    ],
    [
      "evaluator",
      "follow a journal",
      async () => (await api("evaluator")).consumers.add(streamNames.journal, own),
    ],
    ["evaluator", "listen to journals", () => hear("evaluator", "collm.journal.*")],
    ["evaluator", "listen to others' answers", () => hear("evaluator", "_INBOX_coordinator.>")],
    ["evaluator", "listen to all", () => hear("evaluator", ">")],
    ["coordinator", "write results", () => put("coordinator", bucketNames.evaluations)],
    ["coordinator", "acknowledge work", () => tell("coordinator", "$JS.ACK.COLLM_WORK.x")],
    [
      "coordinator",
      "delete a stream",
      async () => (await api("coordinator")).streams.delete(streamNames.work),
    ],
    [
      "coordinator",
      "purge journals",
      async () => (await api("coordinator")).streams.purge(streamNames.journal),
    ],
    [
      "coordinator",
      "delete an event",
      async () => (await api("coordinator")).streams.deleteMessage(streamNames.journal, 1),
    ],
    ["operator", "write a journal", () => jetstream(as.operator).publish(journal, "{}")],
    ["operator", "write results", () => put("operator", bucketNames.evaluations)],
    [
      "operator",
      "delete a stream",
      async () => (await api("operator")).streams.delete(streamNames.work),
    ],
    [
      "operator",
      "take work",
      async () => (await api("operator")).consumers.add(streamNames.work, own),
    ],
  ])("%s may not %s", async (_user, _act, act) => {
    const refused = await act().then(
      () => "it may",
      (error: unknown) => refusedByNats(error) ?? error,
    );
    expect(refused).toMatchObject({ message: expect.stringMatching(/^NATS: .* may not /) });
  });

  it("a coordinator changes how many copies there are of each bucket, and nobody else", async () => {
    const copies = async () => {
      const { streams } = await api("operator");
      const infos = Object.values(bucketNames).map((bucket) => streams.info(`KV_${bucket}`));
      return new Set((await Promise.all(infos)).map(({ config }) => config.num_replicas));
    };
    // One server takes note of what only several can do.
    for (const replicas of [3, 1]) {
      await updateCopies(as.coordinator, replicas);
      expect(await copies()).toEqual(new Set([replicas]));
    }
    for (const bucket of Object.values(bucketNames)) {
      const name = `KV_${bucket}`;
      const before = (await (await api("coordinator")).streams.info(name)).config;
      const changed = { description: "ours" };
      const { config } = await (await api("coordinator")).streams.update(name, changed);
      expect(config).toEqual({ ...before, ...changed });
      for (const user of ["evaluator", "operator"] as const) {
        const refused = (await api(user)).streams.update(name, changed).then(
          () => undefined,
          (error: unknown) => refusedByNats(error)?.message,
        );
        expect(await refused).toMatch(/ may not publish to \$JS\.API\.STREAM\.UPDATE\./);
      }
    }
  });

  it("an operator sees and reads all without writing", async () => {
    const { coordinator, operator } = as;
    const leases = await openBucket(coordinator, bucketNames.leases, { replicas: 1 });
    const unfinished = await openBucket(coordinator, bucketNames.unfinished, { replicas: 1 });
    const journals = (connection: NatsConnection) =>
      createStreamJournals({
        ...{ connection, leases, leaseMs: 1_000 },
        unfinished: createUnfinishedSearches(connection, unfinished),
      });
    expect(await journals(operator).list()).toEqual([]);
    expect(await journals(operator).read(parseSearchId("a"))).toEqual([]);
    const findings = await inspectDeployment(operator);
    const unsound = findings.filter(({ isSound }) => !isSound).map((finding) => finding.name);
    // There is none here.
    expect(unsound).toEqual(["evaluators"]);
    expect(findings.map((finding) => finding.name)).toContain("clock");
  });

  it.each([
    ["nobody", undefined, "requires a user (COLLM_NATS_USER_FILE and COLLM_NATS_PASSWORD_FILE)"],
    ["a wrong password", "wr0ng-s3cret", "refuses the user of COLLM_NATS_USER_FILE with the"],
  ])("let %s in only to be told what is wrong", async (_what, password, sentence) => {
    const access = password === undefined ? {} : { user: await userFiles("evaluator", password) };
    const refused = connectNats({ servers: [server.url], name: "evaluator", access });
    const message = await refused.then(String, (error: Error) => error.message);
    expect(message).toContain(`NATS: ${server.url} ${sentence}`);
    expect(message).not.toMatch(/s3cret/);
  });

  it("services that may not do what they need say so at once", async () => {
    await expect(provisionStreams(as.evaluator, defaultQueueSettings)).rejects.toThrow(
      /may not|permission/i,
    );
    await expect(provisionPool(as.evaluator, "other", defaultQueueSettings)).rejects.toThrow(
      /^NATS: this process's user may not publish to \$JS\.API\.CONSUMER\.\S*COLLM_WORK\S* \(/,
    );
  });
});

describeWithNats("access to NATS", () => {
  it("follows a password that is changed, the server first", async () => {
    const config = join(folder, "changing.conf");
    const configure = (password: string) =>
      writeFile(config, `authorization { user: me, password: ${password} }\n`);
    await configure("first-s3cret");
    const server = await TestNatsServer.start({ config });
    onTestFinished(() => server.stop());
    const problems: string[] = [];
    const user = await userFiles("me", "first-s3cret");
    const connection = await connectNats({
      ...{ servers: [server.url], name: "test", access: { user } },
      onProblem: ({ message }) => problems.push(message),
    });
    onTestFinished(() => connection.close());
    await configure("second-s3cret");
    await server.restart();
    await expect.poll(() => problems, { timeout: 10_000 }).toHaveLength(1);
    // Half-way through, and not there at all for a moment.
    await rm(user.passwordFile);
    await userFiles("me", "second-s3cret");
    await expect.poll(() => connection.flush().catch(String), { timeout: 10_000 }).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(/^NATS: .* refuses the user of /)]);
    expect(problems.join()).not.toMatch(/s3cret/);
  });

  it("does without TLS only where no authority is named, and names files that are not there", async () => {
    const server = await TestNatsServer.start();
    onTestFinished(() => server.stop());
    const connectWith = (caFile: string) =>
      connectNats({ servers: [server.url], name: "test", access: { tls: { caFile } } });
    const { userFile: anything } = await userFiles("me", "x");
    await expect(connectWith(anything)).rejects.toMatchObject({
      code: "unavailable",
      message: `NATS: cannot connect to ${server.url} (server does not support 'tls')`,
    });
    await expect(connectWith("/nowhere")).rejects.toThrow(
      "COLLM_NATS_TLS_CA_FILE: file /nowhere: no such file or directory",
    );
  });
});

it("servers are named without the password that their address holds", async () => {
  const servers = ["nats://me:s3cret@127.0.0.1:1", "me:s3cret@127.0.0.1:1"];
  await expect(connectNats({ servers, name: "test" })).rejects.toThrow(
    /^NATS: cannot connect to nats:\/\/127\.0\.0\.1:1, 127\.0\.0\.1:1 \(/,
  );
});
