// Reads the OpenAPI document and shows it, without anything from elsewhere.

const byId = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A schema in a few words, as people write types. */
function words(schema, api, depth = 0) {
  if (schema === undefined || schema === true) return "anything";
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    return depth > 0 ? name : words(api.components.schemas[name], api, depth);
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const parts = [];
  if (schema.properties) {
    const required = new Set(schema.required ?? []);
    const indent = "  ".repeat(depth + 1);
    const lines = Object.entries(schema.properties).map(([name, inner]) => {
      const mark = required.has(name) ? "" : "?";
      const note = inner.description ? `   // ${inner.description.split("\n")[0]}` : "";
      return `${indent}${name}${mark}: ${words(inner, api, depth + 1)}${note}`;
    });
    parts.push(`{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`);
  }
  for (const choice of schema.oneOf ?? schema.anyOf ?? []) parts.push(words(choice, api, depth));
  if (parts.length > 0) return parts.join(schema.properties ? "\n+ " : " | ");
  if (schema.type === "array") return `[${words(schema.items, api, depth + 1)}]`;
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "anything");
  const limits = [];
  if (schema.minimum !== undefined || schema.maximum !== undefined) limits.push(`${schema.minimum ?? ""}…${schema.maximum ?? ""}`);
  if (schema.maxLength !== undefined) limits.push(`≤ ${schema.maxLength} characters`);
  if (schema.pattern) limits.push(`/${schema.pattern}/`);
  return limits.length > 0 ? `${type} (${limits.join(", ")})` : type;
}

function contentOf(content, api) {
  const [kind, { schema }] = Object.entries(content)[0];
  return element("pre", { textContent: kind === "application/json" ? words(schema, api) : kind });
}

function show(method, path, operation, api) {
  const title = element("summary", {}, element("b", { textContent: method.toUpperCase() }), ` ${path} `, element("span", { className: "label", textContent: operation.summary }));
  const details = element("details", {}, title, element("p", { textContent: `Role: ${operation["x-role"]}` }));
  const parameters = operation.parameters.filter((parameter) => parameter.in !== "path");
  if (parameters.length > 0) details.append(element("p", { textContent: `Headers: ${parameters.map((parameter) => parameter.name).join(", ")}` }));
  if (operation.requestBody) {
    const needed = operation.requestBody.required ? "Body" : "Body, if any";
    details.append(element("h3", { textContent: needed }), contentOf(operation.requestBody.content, api));
  }
  details.append(element("h3", { textContent: "Answers" }));
  const list = element("dl");
  for (const [status, answer] of Object.entries(operation.responses)) {
    const isError = Number(status) >= 400;
    const what = element("dd", { textContent: answer.description.replaceAll("`", "") });
    if (!isError && answer.content) what.append(contentOf(answer.content, api));
    list.append(element("dt", { textContent: status }), what);
  }
  details.append(list);
  details.dataset.words = `${method} ${path} ${JSON.stringify(operation)}`.toLowerCase();
  return details;
}

const api = await fetch("/api/openapi.json").then((response) => response.json());
byId("version").textContent = api.info.version;
const sections = new Map();
for (const [path, operations] of Object.entries(api.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const tag = operation.tags[0];
    if (!sections.has(tag)) sections.set(tag, element("section", {}, element("h2", { textContent: tag })));
    sections.get(tag).append(show(method, path, operation, api));
  }
}
byId("operations").replaceChildren(...sections.values());

byId("find").addEventListener("input", (event) => {
  const wanted = event.target.value.toLowerCase();
  for (const details of document.querySelectorAll("details")) details.hidden = !details.dataset.words.includes(wanted);
  for (const section of sections.values()) section.hidden = section.querySelector("details:not([hidden])") === null;
});
