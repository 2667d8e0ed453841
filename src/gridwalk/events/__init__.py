"""动态更新 (P11): one action an event, made of the steps the register is written with."""
