using Xen.Blkback;

namespace XenStack.Tool;

/// <summary>Files that the user names: what is wrong with one is said with its name.</summary>
internal static class Files
{
    public static FileStream OpenInput(FileInfo file)
    {
        if (FileKind.ExplainUnfit(file.FullName) is { } kind)
        {
            throw new ToolException($"cannot read {file.FullName}: {kind}; a raw image was expected, a file or a block device.");
        }

        try
        {
            return file.OpenRead();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException(file.Exists ? $"cannot read {file.FullName}: {exception.Message}" : $"cannot read {file.FullName}: there is no such file.");
        }
    }

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
