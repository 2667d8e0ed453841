import vue from "@vitejs/plugin-vue";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { ENGINES, oldEngines } from "./engines.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The framework's messages point to its site; nothing we deliver names an outside address. */
function namesNobody(): Plugin {
  return {
    name: "gridwalk-names-nobody",
    apply: "build",
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk")
          part.code = part.code.replaceAll(
            ["https:", "", "vuejs.org", "error-reference", "#runtime-"].join("/"),
            "vue-runtime-",
          );
      }
    },
  };
}

/** Writes the list of everything the service worker keeps into it, and a release name that changes with any of it. */
function precache(): Plugin {
  return {
    name: "gridwalk-precache",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const worker = bundle["sw.js"];
      if (!worker || worker.type !== "chunk") throw new Error("the service worker is not in the bundle");
      const files = Object.keys(bundle)
        .filter((name) => name !== "sw.js" && !name.endsWith(".map"))
        .sort();
      const digest = createHash("sha256").update(worker.code);
      for (const name of files) {
        const part = bundle[name]!;
        digest.update(name).update(part.type === "chunk" ? part.code : part.source);
      }
      const beside = readdirSync(here("phone/public")).sort();
      for (const name of beside) digest.update(name).update(readFileSync(here(`phone/public/${name}`)));
      const kept = [
        "./",
        "first.js",
        "manifest.webmanifest",
        "icon.svg",
        "icon-192.png",
        ...files.filter((name) => name !== "index.html"),
      ];
      worker.code = worker.code
        .replace("__RELEASE__", digest.digest("hex").slice(0, 12))
        .replace(/["'`]__FILES__["'`]/, () => JSON.stringify(JSON.stringify(kept)));
    },
  };
}

export default defineConfig({
  root: here("phone"),
  base: "/phone/",
  plugins: [vue(), namesNobody(), precache(), oldEngines(readFileSync(here("phone/public/first.js"), "utf8"))],
  define: { __VUE_OPTIONS_API__: false, __VUE_PROD_DEVTOOLS__: false },
  build: {
    outDir: here("../src/gridwalk/phone/static/gridwalk/phone"),
    emptyOutDir: true,
    target: ENGINES,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: here("phone/index.html"), sw: here("phone/sw.ts") },
      output: {
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  test: { root: here("phone"), include: ["tests/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
