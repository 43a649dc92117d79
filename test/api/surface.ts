import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** One line for each name that a source file exports: its declaration, without comments and bodies; sorted by name. */
export function publicSurface(file: string): string[] {
  return [...exportsOf(file)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
}

const known = new Map<string, ReadonlyMap<string, string>>();

function exportsOf(file: string): ReadonlyMap<string, string> {
  const exported = known.get(file) ?? readExports(file);
  known.set(file, exported);
  return exported;
}

function readExports(file: string): ReadonlyMap<string, string> {
  const source = declarationsOf(file);
  const own = new Map<string, string>();
  const exported = new Map<string, string>();
  const from = (module: string, name: string): string | undefined =>
    module.startsWith('.') ? exportsOf(join(dirname(file), module)).get(name) : `${name} of ${module}`;
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
      const bindings = statement.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings))
        for (const { name, propertyName } of bindings.elements) {
          const text = from(statement.moduleSpecifier.text, (propertyName ?? name).text);
          if (text !== undefined) own.set(name.text, text);
        }
    } else if (!ts.isExportDeclaration(statement)) {
      const text = printer.printNode(ts.EmitHint.Unspecified, statement, source).replaceAll(/\s+/g, ' ');
      const isExported = ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(isExport);
      for (const name of namesOf(statement)) {
        own.set(name, [own.get(name), text].filter(Boolean).join(' '));
        if (isExported) exported.set(name, own.get(name) ?? text);
      }
    }
  }
  for (const { exportClause, moduleSpecifier } of source.statements.filter(ts.isExportDeclaration)) {
    const module = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined;
    if (!exportClause && module !== undefined)
      for (const [name, text] of exportsOf(join(dirname(file), module))) exported.set(name, text);
    if (exportClause && ts.isNamedExports(exportClause))
      for (const { name, propertyName } of exportClause.elements) {
        const inside = (propertyName ?? name).text;
        const text = module === undefined ? own.get(inside) : from(module, inside);
        if (text === undefined) throw new Error(`${file} exports ${inside}, which is nowhere declared`);
        exported.set(name.text, text);
      }
  }
  return exported;
}

const isExport = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.ExportKeyword;

const printer = ts.createPrinter({ removeComments: true });

/** What TypeScript would write as the file's `.d.ts`. */
function declarationsOf(file: string): ts.SourceFile {
  const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      isolatedDeclarations: true,
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.NodeNext,
    },
  });
  return ts.createSourceFile(file, outputText, ts.ScriptTarget.ESNext);
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => (ts.isIdentifier(name) ? name.text : ''));
  const { name } = statement as ts.DeclarationStatement;
  return name && ts.isIdentifier(name) ? [name.text] : [];
}
