/** A sampled door as the wire has it, for tests. */
import type { OpenDoor } from "../model/sampled";
import type { SampledDoor } from "../model/types";

export const DOOR: SampledDoor = {
  id: "s1",
  address: "海河花园5号楼1单元101",
  kind: "抽样估计",
  since: "2026-09-20",
  from_on: "2026-11-20",
  until_on: "2026-11-30",
  quiet: ["20:30", "09:00"],
  n_phones: 1,
  n_calls: 0,
  n_dialled: 0,
  n_knocks: 0,
  most_knocks: 3,
  tries: 3,
  why_not: "",
  is_barred: false,
};

export const openDoor = (differs: Partial<SampledDoor> = {}): OpenDoor => ({ door: { ...DOOR, ...differs }, mine: [] });
