const endings = ['.jar', '.war', '.ear', '.par', '.sar', '.hpi', '.jpi', '.jmod'];

/** Whether a name is that of an archive of Java: programs, web and enterprise applications, plug-ins of Jenkins, modules. */
export function isArchiveName(name: string): boolean {
  return endings.some((ending) => name.endsWith(ending));
}
