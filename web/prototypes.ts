// Imported first: what a slip with a key named `__proto__` would put on every object of the page is refused instead.
for (const prototype of [Object.prototype, Array.prototype, Function.prototype]) Object.seal(prototype);
