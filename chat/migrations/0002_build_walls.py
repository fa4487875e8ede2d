from django.db import migrations

from accounts.walls import BuildWall, TieWithinAccount


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]
    operations = [
        BuildWall("visitor"),
        BuildWall("group"),
        BuildWall("conversation"),
        BuildWall("message"),
        BuildWall("attachment"),
        BuildWall("revision"),
        BuildWall("chatsettings"),
        BuildWall("officeinterval"),
        BuildWall("conversationmail"),
        TieWithinAccount("conversation", "visitor"),
        TieWithinAccount("conversation", "assignee"),
        TieWithinAccount("conversation", "group"),
        TieWithinAccount("message", "conversation"),
        TieWithinAccount("message", "visitor"),
        TieWithinAccount("message", "member"),
        TieWithinAccount("attachment", "message"),
        TieWithinAccount("attachment", "visitor"),
        TieWithinAccount("attachment", "member"),
        TieWithinAccount("conversationmail", "conversation"),
    ]
