/** True for what protobuf takes for a name, and is not so long that it would be in the way. */
export const isIdentifierLike = (name: string): boolean => name.length < 100 && /^[A-Za-z][A-Za-z0-9_]*$/.test(name)
