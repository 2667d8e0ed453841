import { defineConfig } from "vite";
import { fileURLToPath } from "node:url";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Fixed names: Django's manifest storage adds the content hash when static files are collected.
export default defineConfig({
  base: "./",
  build: {
    outDir: here("../src/gridwalk/console/static/gridwalk/built"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    rollupOptions: {
      input: { console: here("console/main.ts") },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
