"""动态更新 (P11): one action an event, made of the steps the rest of the register is written with."""
