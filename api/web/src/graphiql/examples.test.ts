import { readFileSync } from "node:fs";
import { buildSchema, type ExecutableDefinitionNode, Kind, parse, validate } from "graphql";
import { describe, expect, test } from "vitest";

import { examples } from "./examples";

const schema = buildSchema(
  readFileSync(new URL("../../../../schema/contracts/schema.graphql", import.meta.url), "utf8"),
);

describe.each(examples)("the example $query", (example) => {
  const document = parse(example.query);

  test("is valid against the published schema", () => {
    expect(validate(schema, document).map((error) => error.message)).toEqual([]);
  });

  test("has one named operation, which gives its tab a name", () => {
    const definitions = document.definitions as ExecutableDefinitionNode[];
    expect(definitions.map((definition) => definition.kind)).toEqual([Kind.OPERATION_DEFINITION]);
    expect(definitions[0]?.name?.value).toMatch(/^[A-Z]/);
  });

  test("has exactly the variables that it declares", () => {
    const declared = document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? (definition.variableDefinitions ?? []).map((variable) => variable.variable.name.value)
        : [],
    );
    expect(Object.keys(example.variables ?? {})).toEqual(declared);
  });
});
