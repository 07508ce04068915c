const EXTENSIONS =
  /\.(?:[mc]?[jt]sx?|py[cox]?|p[lmh]|pod|rb|go|rs|java|kt|scala|class|c|cc|cpp|h|hh|hpp|cs|vb|php|lua|tcl|r|jl|hs|ml|el|elc|vim|swift|m|mm|d|awk|s|asm|gir|typelib|vala|vapi|so(?:\.[\d.]{1,20})?|a|o|node|wasm|map|css|scss|less|html?|svg|md|rst|txt\.gz|mo|po)$/i;

/** Whether a name and a value in it are part of a program or of a text, not of a setting. */
export const isSourceCode = (path: string): boolean => EXTENSIONS.test(path);
