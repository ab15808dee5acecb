import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeWithNats, TestNatsServer } from "@collm/events/testing";
import { checkHealth } from "@collm/rpc";
import { describeWithOpenssl } from "@collm/rpc/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { journalOf } from "../support/run-files.js";
import { Service, type ServiceName } from "../support/service.js";

const config = fileURLToPath(new URL("../../deploy/nats/nats.conf", import.meta.url));
const passwords = {
  coordinator: "c0ordinatorPassword",
  evaluator: "eva1uatorPassword",
  operator: "0peratorPassword",
};

describeWithOpenssl("secured", () =>
  describeWithNats("a deployment with certificates and users for everything", () => {
    let secrets: Workspace;
    let workspace: Workspace;
    let nats: TestNatsServer;
    const services: Service[] = [];
    let coordinator: Service;

    beforeAll(async () => {
      // Apart from what services write, which is searched for them.
      secrets = await Workspace.create();
      workspace = await Workspace.create();
      const certs = await secrets.run("certs", "--to", secrets.path, "--days", "2");
      if (certs.code !== 0) throw new Error(certs.stderr);
      const [crt, key, ca] = ["tls.crt", "tls.key", "ca.crt"].map((name) =>
        secrets.file(`nats/${name}`),
      );
      nats = await TestNatsServer.start({
        config,
        args: ["--tlsverify", `--tlscert=${crt}`, `--tlskey=${key}`, `--tlscacert=${ca}`],
        env: {
          COLLM_NATS_COORDINATOR_PASSWORD: passwords.coordinator,
          COLLM_NATS_EVALUATOR_PASSWORD: passwords.evaluator,
          COLLM_NATS_OPERATOR_PASSWORD: passwords.operator,
        },
      });
      await mkdir(workspace.file("logs"));
      const start = async (name: ServiceName, env: Record<string, string> = {}) => {
        const service = await Service.start({
          name,
          env: { ...tlsEnvironment(name), COLLM_HEALTH_PORT: "0", ...env },
          logFile: workspace.file(`logs/${name}.log`),
        });
        services.push(service);
        return service;
      };
      const [navigator, generator, evaluator] = await Promise.all([
        start("navigator"),
        start("generator"),
        natsEnvironment("evaluator").then((env) =>
          start("evaluator", { ...env, COLLM_SUPERNETS: landscapeManifest }),
        ),
      ]);
      coordinator = await start("coordinator", {
        ...(await natsEnvironment("coordinator")),
        COLLM_NAVIGATOR_ADDRESS: navigator.address,
        COLLM_GENERATOR_ADDRESS: generator.address,
        COLLM_EVALUATOR_ADDRESS: evaluator.address,
      });
      workspace.env = { ...tlsEnvironment("operator"), ...(await natsEnvironment("operator")) };
    }, 120_000);

    afterAll(async () => {
      await Promise.all(services.map((service) => service.stop()));
      await nats?.stop();
      await workspace?.remove();
      await secrets?.remove();
    }, 60_000);

    function tlsEnvironment(name: ServiceName | "operator"): Record<string, string> {
      return {
        COLLM_TLS_CERT_FILE: secrets.file(`${name}/tls.crt`),
        COLLM_TLS_KEY_FILE: secrets.file(`${name}/tls.key`),
        COLLM_TLS_CA_FILE: secrets.file(`${name}/ca.crt`),
      };
    }

    async function natsEnvironment(user: keyof typeof passwords): Promise<Record<string, string>> {
      await writeFile(secrets.file(`${user}.user`), `${user}\n`);
      await writeFile(secrets.file(`${user}.password`), `${passwords[user]}\n`);
      return {
        COLLM_NATS_URL: nats.url,
        COLLM_NATS_USER_FILE: secrets.file(`${user}.user`),
        COLLM_NATS_PASSWORD_FILE: secrets.file(`${user}.password`),
        COLLM_NATS_TLS_CA_FILE: secrets.file(`${user}/ca.crt`),
        COLLM_NATS_TLS_CERT_FILE: secrets.file(`${user}/tls.crt`),
        COLLM_NATS_TLS_KEY_FILE: secrets.file(`${user}/tls.key`),
      };
    }

    it("searches, is inspected, tells kubelets how it is, and keeps its secrets", {
      timeout: 120_000,
    }, async () => {
      const { address } = coordinator;
      const search = await workspace.run(
        ...["search", "--coordinator", address, "--supernet", "landscape", "--budget", "12"],
        ...["--out", workspace.file("run")],
      );
      expect(search, search.stderr).toMatchObject({ code: 0 });
      const doctor = await workspace.run("doctor", "--nats", nats.url);
      expect(doctor, doctor.stdout + doctor.stderr).toMatchObject({ code: 0 });
      const watch = await workspace.run("watch", "run", "--coordinator", address, "--json");
      expect(watch, watch.stderr).toMatchObject({ code: 0 });
      const events = await journalOf(workspace.file("run"));
      expect(watch.stdout.trim().split("\n")).toHaveLength(events.length);
      const letters = await workspace.run("evaluations", "list", "--nats", nats.url);
      expect(letters, letters.stderr).toMatchObject({ code: 0 });

      const copies = workspace.file("copies");
      const backup = await workspace.run(
        ...["journals", "backup", "--nats", nats.url, "--to", copies],
      );
      expect(backup, backup.stderr).toMatchObject({ code: 0 });
      const restore = () =>
        workspace.run("journals", "restore", "--nats", nats.url, "--from", copies);
      const refused = await restore();
      expect(refused.stderr).toMatch(/may not|refuses/);
      expect(refused).toMatchObject({ code: 1 });
      workspace.env = { ...workspace.env, ...(await natsEnvironment("coordinator")) };
      const restored = await restore();
      expect(restored, restored.stderr).toMatchObject({ code: 0 });
      expect(restored.stderr).toContain("run: nothing new");

      for (const { name } of services) {
        const log = await readFile(workspace.file(`logs/${name}.log`), "utf8");
        const place = `127.0.0.1:${/"healthPort":(\d+)/.exec(log)?.[1]}`;
        for (const probe of ["startup", "readiness", "liveness"]) {
          expect(await checkHealth(place, { name: probe }), name).toBe("SERVING");
        }
      }
      await Promise.all(services.map((service) => service.stop()));
      for (const { name } of services) {
        // Nothing was refused that a service needs, to the end.
        expect(await readFile(workspace.file(`logs/${name}.log`), "utf8")).not.toMatch(/may not/);
      }
      const keys = await allTexts(secrets.path, (name) => name.endsWith(".key"));
      expect(keys).toHaveLength(7);
      const isBody = (line: string) => line.length > 20 && !line.startsWith("-----");
      const planted = [
        ...Object.values(passwords),
        ...keys.flatMap((key) => key.split("\n").filter(isBody)),
      ];
      const said = [search, doctor, watch, letters, backup, refused, restored].flatMap(
        ({ stdout, stderr }) => [stdout, stderr],
      );
      for (const text of [...said, ...(await allTexts(workspace.path))]) {
        for (const secret of planted) expect(text.includes(secret)).toBe(false);
      }
    });
  }),
);

async function allTexts(
  folder: string,
  isWanted: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isWanted(entry.name));
  return await Promise.all(
    files.map((file) => readFile(join(file.parentPath, file.name), "latin1")),
  );
}
