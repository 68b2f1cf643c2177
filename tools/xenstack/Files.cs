namespace XenStack.Tool;

/// <summary>Files that the user names: what is wrong with one is said with its name.</summary>
internal static class Files
{
    public static FileStream CreateOutput(FileInfo file)
    {
        try
        {
            // Without a buffer: what does not fit is said when it is written, not when the file is closed.
            return new FileStream(file.FullName, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"cannot write {file.FullName}: {exception.Message}");
        }
    }
}
