import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readFetchList } from "./fetch-list.js";

const sha256 = "AB".repeat(32);

async function read(text: string) {
  const folder = await mkdtemp(join(tmpdir(), "collm-list-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "list.yaml");
  await writeFile(path, text);
  return readFetchList(path);
}

it("reads files with a path, and names the others as their URL ends", async () => {
  const list = `
# OFA
- url: https://storage.example/ofa/super%20net.yaml?X-Signature=a/b
  sha256: ${sha256}
- { url: "file:///mnt/weights", sha256: ${sha256}, path: ofa/weights.pth }
`;
  const digest = sha256.toLowerCase();
  expect(await read(list)).toEqual([
    {
      url: "https://storage.example/ofa/super%20net.yaml?X-Signature=a/b",
      sha256: digest,
      path: "super net.yaml",
    },
    { url: "file:///mnt/weights", sha256: digest, path: "ofa/weights.pth" },
  ]);
});

it.each<readonly [string, string]>([
  ["[]", "the document: got [], allowed is a list of at least 1"],
  ["", "the document: got {}, allowed is a list"],
  [`[{ url: "s3://b/k", sha256: ${sha256} }]`, '[0].url: got "s3://b/k", allowed is an http'],
  [`[{ url: "http://h/k", sha256: abc }]`, '[0].sha256: got "abc", allowed is a SHA-256 of 64'],
  [
    `[{ url: "http://h/k", sha256: ${sha256}, size: 3 }]`,
    "[0].size: unknown key, allowed are url,",
  ],
  [`[{ url: "http://h/", sha256: ${sha256} }]`, "[0].path: got nothing, but must be set where"],
  [`[{ url: "http://h/%2e%2e", sha256: ${sha256} }]`, "[0].path: got nothing, but must be set"],
  [`[{ url: "http://u:pass@h/k", sha256: ${sha256} }]`, "must be without user name and password"],
  ...["../k", "/etc/k", "a/../../k", "a//k", "./k", ""].map((path): readonly [string, string] => [
    `[{ url: "http://h/k", sha256: ${sha256}, path: "${path}" }]`,
    `[0].path: got "${path}", but a relative path without . and ..`,
  ]),
  [
    `[{ url: "http://h/k", sha256: ${sha256} }, { url: "http://i/k", sha256: ${sha256} }]`,
    '[1].path: got nothing, but "k" is an earlier file\'s already',
  ],
])("refuses %s by name", async (text, sentence) => {
  const error = await read(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "invalid-argument" });
  expect((error as Error).message).toContain(sentence);
  expect((error as Error).message).not.toContain("pass@");
});
