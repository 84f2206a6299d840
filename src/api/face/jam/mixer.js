// The modules: on or off, how loud, and how their light is laid over the others'.

import { byId, element } from "../page.js";
import { BLENDS, MODULES, VISUALS } from "./music.js";
import { nameOf } from "./names.js";

export class Mixer {
  #ask;
  #rows = new Map();

  constructor(ask) {
    this.#ask = ask;
    for (const module of MODULES) {
      const row = this.#made(module);
      this.#rows.set(module, row);
      byId("modules").append(row.root);
    }
  }

  #made(module) {
    const name = nameOf(module);
    const change = (field, value) => this.#ask({ type: "module", module, [field]: value });
    const enabled = element("input", { type: "checkbox" });
    enabled.addEventListener("change", () => change("enabled", enabled.checked));
    const root = element("li", {}, element("label", { className: "switch" }, enabled, element("span", { textContent: name })));
    root.dataset.module = module;
    const slider = (field, label) => {
      const input = element("input", { type: "range", min: 0, max: 100, step: 5 });
      input.addEventListener("input", () => change(field, Number(input.value)));
      root.append(labelled(label, input, name));
      return input;
    };
    const choice = (label, all, asked) => {
      const select = element("select", {}, ...all.map((value) => element("option", { value, textContent: nameOf(value) })));
      select.addEventListener("change", () => asked(select.value));
      root.append(labelled(label, select, name));
      return select;
    };
    const isVisual = module === "dj-visualizer";
    return {
      root,
      enabled,
      volume: isVisual ? null : slider("volume", "Sound"),
      visual: isVisual ? choice("Shows", VISUALS, (visual) => this.#ask({ type: "visual", visual })) : null,
      opacity: slider("opacity", "Light"),
      blend: choice("Blend", BLENDS, (blend) => change("blend", blend)),
    };
  }

  show(jam) {
    for (const [module, { enabled, volume, visual, opacity, blend }] of this.#rows) {
      const setting = jam.modules[module];
      enabled.checked = setting.enabled;
      if (volume) volume.value = setting.volume;
      if (visual) visual.value = jam.visual;
      opacity.value = setting.opacity;
      blend.value = setting.blend;
    }
  }
}

function labelled(text, input, of) {
  input.setAttribute("aria-label", `${text}: ${of}`);
  return element("label", {}, element("span", { textContent: text }), input);
}
