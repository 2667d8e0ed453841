/** The rows of my grids as last pulled, and how an answer changes them; pure but for the hash. */
import { canonical, sha256 } from "./canonical";
import type { Decided } from "./outbox";
import type { Campaign, GridCache, Matter, Notice, Post, Row, SampledDoor, User } from "./types";

export interface PulledGrid {
  grid: string;
  version: number;
  full: boolean;
  hash: string | null;
  rows: Row[];
  gone: { kind: string; id: string }[];
  own: string[];
}
export interface Pulled {
  epoch: number;
  now: string;
  grids: PulledGrid[];
  left: string[];
  users?: Record<string, string>;
  campaign?: Campaign | null;
  decided?: Decided[];
  notices?: Notice[];
  posts?: Post[];
  matters?: Matter[];
  n_matters?: number;
  sampled?: SampledDoor[];
  n_sampled?: number;
  user?: User;
}

const key = (row: { kind: string; id: string }) => `${row.kind} ${row.id}`;
const isGuest = (row: Row) => "guest" in row && row.guest === true;

/** A grid after an answer. Guests (people of other grids with a residence here) come whole every time. */
export function merge(before: GridCache | undefined, pulled: PulledGrid): GridCache {
  const rows = new Map<string, Row>();
  if (!pulled.full) for (const row of before?.rows ?? []) if (!isGuest(row)) rows.set(key(row), row);
  for (const row of pulled.gone) rows.delete(key(row));
  for (const row of pulled.rows) rows.set(key(row), row);
  const own = new Set([...(pulled.full ? [] : (before?.own ?? [])), ...pulled.own]);
  return {
    grid: pulled.grid,
    version: pulled.version,
    hash: pulled.hash ?? before?.hash ?? "",
    rows: [...rows.values()],
    own: [...own].filter((id) => rows.has(key({ kind: "visit", id }))),
  };
}

/** What phone and server must agree on when nothing waits (I3). */
export async function hashOf(rows: readonly Row[]): Promise<string> {
  const own = rows.filter((row) => !isGuest(row));
  own.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return sha256(own.map(canonical).join("\n"));
}
