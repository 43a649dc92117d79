import ts from 'typescript';
import { root } from '../support/repository.ts';

/** A member of an interface that a package exports, or from which a type that it exports is made. */
export interface Member {
  /** `Type.member`, or `Type.member.inner` for a member of an object type inside it. */
  readonly name: string;
  readonly isOptional: boolean;
  /** The text of its comment; empty if it has none. */
  readonly comment: string;
}

/**
 * Reads the exports of source files with TypeScript, without checking the files. Each declaration of a member is
 * returned once. Members of a single literal type, such as `kind: 'input'`, are left out: their type says all.
 */
export function publicMembers(files: readonly string[]): Member[] {
  const options: ts.CompilerOptions = {
    ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, strict: true },
    ...{ customConditions: ['@scalearn/source'], allowImportingTsExtensions: true, noEmit: true },
    ...{ lib: ['lib.es2023.d.ts'], types: [] },
  };
  const host = ts.createCompilerHost(options);
  // Other packages are not read, which would take most of the time.
  host.resolveModuleNameLiterals = (names, file) =>
    names.map(({ text }) =>
      /^(\.|@scalearn\/)/.test(text)
        ? ts.resolveModuleName(text, file, options, host)
        : { resolvedModule: undefined },
    );
  const program = ts.createProgram(files, options, host);
  const checker = program.getTypeChecker();
  const found = new Map<ts.Declaration, Member>();
  const visit = (type: ts.Type, name: string): void => {
    for (const member of membersOf(type, checker)) {
      const [declaration] = member.declarations ?? [];
      if (!declaration || found.has(declaration)) continue;
      const node = typeNodeOf(declaration);
      if ((node && ts.isLiteralTypeNode(node)) || !needsComment(declaration)) continue;
      const path = `${name}.${member.name}`;
      const comment = ts.displayPartsToString(member.getDocumentationComment(checker)).trim();
      const isOptional = (member.flags & ts.SymbolFlags.Optional) !== 0;
      found.set(declaration, { name: path, isOptional, comment });
      if (node && ts.isTypeLiteralNode(node)) visit(checker.getTypeFromTypeNode(node), path);
    }
  };
  for (const file of files) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (symbol.flags & ts.SymbolFlags.Class) continue;
      if (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias))
        visit(checker.getDeclaredTypeOfSymbol(symbol), exported.name);
    }
  }
  return [...found.values()];
}

/**
 * Whether a member needs a comment of its own: those of an interface, of an object type inside one, and of an object from
 * which a type is derived. Other types are described as a whole.
 */
function needsComment(declaration: ts.Declaration): boolean {
  const { parent } = declaration;
  if (ts.isTypeLiteralNode(parent))
    return ts.isPropertySignature(parent.parent) && needsComment(parent.parent);
  return ts.isInterfaceDeclaration(parent) || ts.isPropertyAssignment(declaration);
}

const typeNodeOf = (declaration: ts.Declaration): ts.TypeNode | undefined =>
  ts.isPropertySignature(declaration) ? declaration.type : undefined;

/** The members of an object type that this repository declares; of a union those of each of its types. */
function membersOf(type: ts.Type, checker: ts.TypeChecker): ts.Symbol[] {
  if (type.isUnion()) return type.types.flatMap((each) => membersOf(each, checker));
  const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
  if (!isObject || type.isClass() || checker.isArrayLikeType(type)) return [];
  return checker.getPropertiesOfType(type).filter(({ declarations = [] }) => declarations.every(isOwn));
}

function isOwn(declaration: ts.Declaration): boolean {
  const { fileName } = declaration.getSourceFile();
  const name = ts.getNameOfDeclaration(declaration);
  return (
    fileName.startsWith(root) &&
    !fileName.includes('/node_modules/') &&
    name !== undefined &&
    (ts.isIdentifier(name) || ts.isStringLiteral(name))
  );
}
