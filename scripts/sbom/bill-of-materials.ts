import { ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums";
import {
  Bom,
  Component,
  HashDictionary,
  type License,
  LicenseExpression,
  LicenseRepository,
  NamedLicense,
  SpdxLicense,
} from "@cyclonedx/cyclonedx-library/Models";
import { JSON as Json, JsonSerializer } from "@cyclonedx/cyclonedx-library/Serialize";
import { fixupSpdxId } from "@cyclonedx/cyclonedx-library/SPDX";
import { Spec1dot6 } from "@cyclonedx/cyclonedx-library/Spec";
import { JsonStrictValidator } from "@cyclonedx/cyclonedx-library/Validation";
import type { Installed } from "./lockfile.js";

/**
 * A CycloneDX 1.6 document in JSON. The same packages give the same text: it has no time and no serial number.
 *
 * @param packages by `name@version`
 * @param roots which of them the described program consists of
 * @throws Error if the document does not keep to CycloneDX's schema
 */
export async function billOfMaterials(
  program: { readonly name: string; readonly version: string },
  packages: ReadonlyMap<string, Installed>,
  roots: readonly string[],
): Promise<string> {
  const bom = new Bom();
  const whole = new Component(ComponentType.Application, program.name, {
    bomRef: program.name,
    version: program.version,
  });
  bom.metadata.component = whole;
  const components = new Map([...packages].map(([id, one]) => [id, componentOf(id, one)]));
  for (const [id, component] of components) {
    bom.components.add(component);
    if (roots.includes(id)) whole.dependencies.add(component.bomRef);
    for (const needed of packages.get(id)?.dependsOn ?? []) {
      const other = components.get(needed);
      if (other) component.dependencies.add(other.bomRef);
    }
  }
  const spec = Spec1dot6;
  const serializer = new JsonSerializer(new Json.Normalize.Factory(spec));
  const text = serializer.serialize(bom, { sortLists: true, space: 2 });
  const problem = await new JsonStrictValidator(spec.version).validate(text);
  if (problem !== null) throw new Error(`not valid: ${JSON.stringify(problem)}`);
  return `${text}\n`;
}

function componentOf(id: string, { name, version, license, sha512 }: Installed): Component {
  const [, group, ownName = name] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name) ?? [];
  const isPublic = sha512 !== undefined;
  return new Component(ComponentType.Library, ownName, {
    bomRef: id,
    version,
    ...(group === undefined ? {} : { group }),
    ...(isPublic ? { purl: `pkg:npm/${name.replace("@", "%40")}@${version}` } : {}),
    ...(isPublic ? { hashes: new HashDictionary([[HashAlgorithm["SHA-512"], sha512]]) } : {}),
    licenses: new LicenseRepository(license ? [licenseOf(license)] : []),
  });
}

function licenseOf(stated: string): License {
  if (/ (OR|AND|WITH) /.test(stated)) return new LicenseExpression(stated);
  const id = fixupSpdxId(stated);
  return id === undefined ? new NamedLicense(stated) : new SpdxLicense(id);
}
