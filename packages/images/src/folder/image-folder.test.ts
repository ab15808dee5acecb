import { mkdir, symlink, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { listImageFolder } from "./image-folder.js";
import { temporaryFolder, writeFiles } from "./temporary-folder.fixture.js";

const at = temporaryFolder();

describe("listImageFolder", () => {
  test("numbers classes alphabetically and orders images as torchvision does", async () => {
    await writeFiles(at(), {
      "n02/b.JPEG": "",
      "n02/a.png": "",
      "n02/a/c/z.jpg": "",
      "n02/a-b/y.jpeg": "",
      "n01/Z.jpg": "",
      "n01/a.jpg": "",
      "n10/x.jpg": "",
    });
    const { classes, images, ignoredFiles } = await listImageFolder(at());
    expect(classes).toEqual(["n01", "n02", "n10"]);
    expect(images.map(({ path, label }) => `${label} ${path}`)).toEqual([
      "0 n01/Z.jpg",
      "0 n01/a.jpg",
      "1 n02/a.png",
      "1 n02/b.JPEG",
      "1 n02/a-b/y.jpeg",
      "1 n02/a/c/z.jpg",
      "2 n10/x.jpg",
    ]);
    expect(ignoredFiles).toBe(0);
  });

  test("counts files that are no images, passes hidden names over, keeps empty classes", async () => {
    await writeFiles(at(), {
      "readme.txt": "",
      "loose.jpg": "",
      "cat/1.jpg": "",
      "cat/1.xml": "",
      "cat/._1.jpg": "",
      ".cache/2.jpg": "",
      "dog/notes/3.gif": "",
    });
    const folder = await listImageFolder(at());
    expect(folder.classes).toEqual(["cat", "dog"]);
    expect(folder.images).toEqual([{ path: "cat/1.jpg", label: 0 }]);
    expect(folder.ignoredFiles).toBe(4);
  });

  test("sorts by code points, as Python does", async () => {
    await writeFiles(at(), {
      "\u{1f600}/1.png": "",
      "\uff21/1.png": "",
      "é/1.png": "",
      "z/1.png": "",
      "Z/1.png": "",
    });
    expect((await listImageFolder(at())).classes).toEqual(["Z", "z", "é", "\uff21", "\u{1f600}"]);
  });

  test("follows links, but not back up", async () => {
    await writeFiles(at("elsewhere"), { "a/1.jpg": "", "2.jpg": "" });
    await mkdir(at("set", "cat"), { recursive: true });
    await symlink(at("elsewhere", "2.jpg"), at("set", "cat", "0.jpg"));
    await symlink(at("elsewhere"), at("set", "dog"));
    await symlink(at("set"), at("set", "cat", "loop"));
    await symlink(at("elsewhere"), at("elsewhere", "a", "loop"));
    const { images } = await listImageFolder(at("set"));
    expect(images.map(({ path }) => path)).toEqual(["cat/0.jpg", "dog/2.jpg", "dog/a/1.jpg"]);
  });

  test("says what is wrong with a folder", async () => {
    await expect(listImageFolder(at("none"))).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(`got ${at("none")}, which does not exist, allowed is`),
    });
    await writeFile(at("file"), "");
    await expect(listImageFolder(at("file"))).rejects.toThrow("which is not a folder");
    await mkdir(at("empty"));
    await expect(listImageFolder(at("empty"))).rejects.toThrow("without any folder in it");
    await writeFiles(at("texts"), { "cat/1.txt": "" });
    await expect(listImageFolder(at("texts"))).rejects.toThrow(
      "whose 1 class folders hold no .jpg, .jpeg or .png file",
    );
  });
});
